/** To be built. */
export function Events() {
  return <h1>Events</h1>;
}
