/** To be built. */
export function Contacts() {
  return <h1>Contacts</h1>;
}
