/** To be built. */
export function Accounts() {
  return <h1>Accounts</h1>;
}
