/** To be built. */
export function Campaigns() {
  return <h1>Campaigns</h1>;
}
