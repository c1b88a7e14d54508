/** To be built. */
export function AccountSettings() {
  return <h1>Account</h1>;
}
