/** To be built. */
export function Health() {
  return <h1>System health</h1>;
}
