/** A line that moves while something is awaited; `label` tells screen readers what. */
export const Loading = ({ label }: { label: string }) => (
  <span class="loading" role="progressbar" aria-label={label} />
);
