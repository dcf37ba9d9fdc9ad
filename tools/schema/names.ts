/** How a package name is built, and the canonical name that it stands for. */
const FORMS: readonly [form: RegExp, canonical: (version: string, name: string, group: string) => string][] = [
  [
    /^IoK8sApiextensionsApiserverPkgApisApiextensions(?<version>V\d+(?:beta\d+)?)(?<name>[A-Z]\w*)$/,
    (version, name) => `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}.${name}`,
  ],
  [
    /^IoK8sKubeAggregatorPkgApisApiregistration(?<version>V\d+(?:beta\d+)?)(?<name>[A-Z]\w*)$/,
    (version, name) => `io.k8s.kube-aggregator.pkg.apis.apiregistration.${version}.${name}`,
  ],
  [
    /^IoK8sApimachineryPkgApisMeta(?<version>V1)(?<name>[A-Z]\w*)$/,
    (version, name) => `io.k8s.apimachinery.pkg.apis.meta.${version}.${name}`,
  ],
  [/^IoK8sApimachineryPkgApiResource(?<name>\w+)$/, (_, name) => `io.k8s.apimachinery.pkg.api.resource.${name}`],
  [/^IoK8sApimachineryPkgRuntime(?<name>\w+)$/, (_, name) => `io.k8s.apimachinery.pkg.runtime.${name}`],
  [/^IoK8sApimachineryPkgUtilIntstr(?<name>\w+)$/, (_, name) => `io.k8s.apimachinery.pkg.util.intstr.${name}`],
  [/^IoK8sApimachineryPkgVersion(?<name>\w+)$/, (_, name) => `io.k8s.apimachinery.pkg.version.${name}`],
  [
    /^IoK8sApi(?<group>[A-Z][a-z]+)(?<version>V\d+(?:(?:alpha|beta)\d+)?)(?<name>[A-Z]\w*)$/,
    (version, name, group) => `io.k8s.api.${group}.${version}.${name}`,
  ],
]

/** `IoK8sApiCoreV1PodSpec` is `io.k8s.api.core.v1.PodSpec`. */
export function canonicalName(packageName: string): string {
  for (const [form, canonical] of FORMS) {
    const groups = form.exec(packageName)?.groups
    if (groups)
      return canonical((groups.version ?? '').toLowerCase(), groups.name ?? '', (groups.group ?? '').toLowerCase())
  }
  throw new Error(`no canonical name is known for ${packageName}`)
}
