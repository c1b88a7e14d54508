const EPOCH = 2 ** 40;

/** One number that orders the events in a service's log: by epoch, then by sequence. */
export const logPosition = ({ epoch, sequence }: { readonly epoch: number; readonly sequence: number }) =>
  epoch * EPOCH + sequence;
