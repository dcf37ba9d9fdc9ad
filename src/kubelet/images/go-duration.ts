/** A duration as Go prints it, to the millisecond: `0s`, `456ms`, `1.2s`, `1m2.5s`, `1h0m5s`. */
export function goDuration(ms: number): string {
  const whole = Math.trunc(ms)
  if (whole === 0) return '0s'
  if (whole < 1000) return `${whole}ms`
  const seconds = `${Number(((whole % 60_000) / 1000).toFixed(3))}s`
  const minutes = Math.floor(whole / 60_000)
  if (minutes === 0) return seconds
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`
}
