/** Where a value of a user comes from. */
export interface ClaimMapping {
  claim: string
  /** What is put before it, so that the users of one issuer are not those of another. */
  prefix?: string
}

/** An issuer of tokens whose users may come in: `jwt` of upstream's AuthenticationConfiguration, without CEL expressions. */
export interface JwtAuthenticatorConfig {
  issuer: {
    /** `https://…`, as tokens say it in `iss`. */
    url: string
    /** Where its configuration stands; below `url` when absent. */
    discoveryURL?: string
    /** PEM; the machine's authorities when absent. */
    certificateAuthority?: string
    /** A token must be for one of these. */
    audiences: string[]
  }
  claimValidationRules?: { claim: string; requiredValue: string }[]
  claimMappings: {
    username: ClaimMapping
    groups?: ClaimMapping
    uid?: { claim: string }
  }
}
