const SHORT: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

/** Access modes as tables show them: `RWO,ROX`, in the order of the API. */
export function accessModesText(modes: readonly string[] | undefined): string {
  return Object.entries(SHORT)
    .flatMap(([mode, short]) => (modes?.includes(mode) ? short : []))
    .join(',')
}

/** The storage class of a volume or a claim; the annotation from before the field existed still counts first. */
export function storageClassOf(object: {
  metadata: { annotations?: Record<string, string> }
  spec?: { storageClassName?: string }
}): string {
  return object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? object.spec?.storageClassName ?? ''
}
