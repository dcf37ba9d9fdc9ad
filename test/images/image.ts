/** What stands at one path of an image's root, beside what the packages bring. */
export type FileContent =
  | { text: string; mode?: number }
  | { link: string }
  | { directory: { mode: number } }
  /** The name of a C source file in this folder, compiled to a static program. */
  | { compile: string }

/** Paths from the root, without a leading slash. */
export type Files = Record<string, FileContent>

/** How a container of the image starts, in the fields of the OCI image configuration. */
export interface ImageConfig {
  Entrypoint?: string[]
  Cmd?: string[]
  Env?: string[]
  ExposedPorts?: Record<string, object>
  StopSignal?: string
  User?: string
  WorkingDir?: string
}

/** A test image: everything in it comes from Debian packages and from the files named here. */
export interface Image {
  /** Host and repository, as in `docker.io/library/nginx`. */
  name: string
  /** Its layers lie below this image's own. */
  base?: Image
  /** All tags have the same layers; each has its own configuration, so that a rollout from one to the other is a change. */
  tags: string[]
  /** Debian packages, every shared library that they need included. */
  packages: string[]
  files: Files
  config: ImageConfig
}
