import type { Logger } from '../logger.js';
import type { Reply } from '../message.js';
import { Unproven, type RpcTrust } from './handshake.js';
import { readAddress, RpcConnection, type ConnectionLost } from './rpc-connection.js';

/** The TCP event that carries replies, as an array of {@link StagedReply}. */
export const REPLIES = 'replies';

/**
 * accepted: the decision on the command, stored. settled: the later outcome outside the service, such as Meta's answer.
 */
type Stage = 'accepted' | 'settled';
export type StagedReply = { readonly commandId: string; readonly stage: Stage; readonly reply: Reply };

/** While this many bytes for a peer are unsent, further replies to the peer are dropped. */
const MAX_UNSENT_BYTES = 8 * 1024 * 1024;
const IDLE_MS = 60_000;
const MAX_PEERS = 1_000;

type Peer = { readonly connection: RpcConnection; waiting: StagedReply[]; flushing: boolean };

/**
 * Sends replies to the processes that issued the commands, those of one turn of the event loop in one message. A reply
 * that cannot be delivered is dropped and counted: it is stored, and the caller asks for it by the command's id. The
 * address comes from the command, so nothing is sent before the peer has proved that it is a process of this
 * installation, and the one at that address.
 */
export class ReplyPublisher {
  readonly counts = { replies: 0, messages: 0, dropped: 0 };
  private readonly peers = new Map<string, Peer>();
  private readonly sweeping: NodeJS.Timeout;

  constructor(
    private readonly trust: RpcTrust,
    private readonly logger: Logger,
    { idleMs = IDLE_MS }: { idleMs?: number } = {},
  ) {
    this.sweeping = setInterval(() => this.sweep(idleMs), idleMs / 2).unref();
  }

  /** `address` is the `replyTo` of the command, `host:port`. */
  reply(address: string, reply: StagedReply): void {
    let peer = this.peers.get(address);
    if (!peer) {
      if (!readAddress(address) || this.peers.size >= MAX_PEERS) return this.foreign(address, 1);
      const connection = new RpcConnection(address, this.trust, { meant: true });
      peer = { connection, waiting: [], flushing: false };
      this.peers.set(address, peer);
    }
    peer.waiting.push(reply);
    if (peer.flushing) return;
    peer.flushing = true;
    setImmediate(() => void this.flush(address, peer));
  }

  close(): void {
    clearInterval(this.sweeping);
    for (const { connection } of this.peers.values()) connection.close();
    this.peers.clear();
  }

  private async flush(address: string, peer: Peer): Promise<void> {
    const { connection } = peer;
    const replies = peer.waiting;
    peer.waiting = [];
    peer.flushing = false;
    if (connection.downUntil > Date.now() || connection.unsent > MAX_UNSENT_BYTES) {
      this.counts.dropped += replies.length;
      return;
    }
    try {
      await connection.emit(REPLIES, replies);
      this.counts.replies += replies.length;
      this.counts.messages += 1;
    } catch (error) {
      // The peer is removed, so that made-up addresses do not fill the table.
      if (peer.waiting.length === 0 && this.peers.get(address) === peer) this.peers.delete(address);
      if ((error as ConnectionLost).cause instanceof Unproven) this.foreign(address, replies.length);
      else this.counts.dropped += replies.length; // the caller asks for them by command id
    }
  }

  private foreign(address: string, replies: number): void {
    this.counts.dropped += replies;
    this.logger.warn(
      { address: address.slice(0, 300), replies },
      'reply publisher: the reply address of a command is not proved to be a process of this installation; its replies are dropped',
    );
  }

  private sweep(idleMs: number): void {
    for (const [address, { connection, waiting }] of this.peers) {
      if (waiting.length > 0 || Date.now() - connection.lastUsed < idleMs) continue;
      connection.close();
      this.peers.delete(address);
    }
  }
}
