/** The sum of a metric's series with these labels, from Prometheus' text format; undefined if there are none. */
export function metricIn(
  text: string,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const series = text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)));
  return series.length === 0
    ? undefined
    : series.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
