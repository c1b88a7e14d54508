import { ChevronLeft } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import './way-back.css';

/** A link to the page above this one. */
export const WayBack = ({ href, children }: { href: string; children: ComponentChildren }) => (
  <a class="row way-back" href={href}>
    <ChevronLeft size={16} aria-hidden="true" />
    {children}
  </a>
);
