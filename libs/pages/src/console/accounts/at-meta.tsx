import { useQuery, useQueryClient } from '@tanstack/preact-query';
import type { AccountAtMeta, AdminAccountView, PhoneNumberAtMeta } from '@wbiz/contracts/account';
import { RefreshCw } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { announce } from '../../parts/announce.js';
import { Copy } from '../../parts/copy.js';
import { Fault } from '../../parts/fault.js';
import { useNow } from '../../parts/use-now.js';
import { Table, type Column } from '../../parts/table.js';
import { useAction } from '../../parts/use-action.js';
import { When } from '../../parts/when.js';
import { askOperators } from '../operators-api.js';
import './accounts.css';
import { ConnectAccount } from './connect-account.js';
import { lookOf, sinceKept, tierWords, wordsOf } from './meta-words.js';

/** Asks Meta again only after this time: Meta allows 200 calls an hour. */
const FRESH_MS = 5 * 60_000;

/** The account as Meta returns it: read when the page opens, and on request. */
export function AtMeta({ account }: { account: AdminAccountView }) {
  const queries = useQueryClient();
  const path = `/accounts/${account.id}`;
  const meta = useQuery({
    queryKey: [account.id, 'at-meta'],
    queryFn: () => askOperators<AccountAtMeta>('GET', `${path}/meta`),
    staleTime: FRESH_MS,
    refetchOnWindowFocus: false,
  });
  const reconnect = useAction({
    mutationFn: () => askOperators<AdminAccountView>('POST', `${path}/reconnect`),
    onSuccess: async (connected) => {
      queries.setQueryData(['accounts', account.id], connected);
      announce('The account is connected again');
      await meta.refetch();
    },
  });
  const [isReplacing, setReplacing] = useState(false);
  useNow(30_000);
  const told = meta.data;
  const isAsking = meta.isFetching || reconnect.isPending;
  const news = told ? sinceKept(account, told) : [];
  return (
    <section class="card stack" aria-labelledby="at-meta">
      <div class="row apart">
        <div>
          <h2 id="at-meta">At Meta</h2>
          <p class="soft" aria-live="polite">
            {meta.isFetching ? (
              'Asking Meta…'
            ) : told && !meta.error ? (
              <>
                Checked <When at={told.askedAt} />
              </>
            ) : (
              <>
                As Meta said <When at={account.checkedAt ?? account.connectedAt} />
              </>
            )}
          </p>
        </div>
        <div class="row">
          <button type="button" onClick={() => setReplacing(true)}>
            Replace the token
          </button>
          <button type="button" disabled={isAsking} onClick={() => void meta.refetch()}>
            <RefreshCw size={16} aria-hidden="true" />
            Check again with Meta
          </button>
        </div>
      </div>
      <Fault error={meta.error} />
      {account.status === 'disconnected' && (
        <div class="notice bad stack">
          <p>
            Meta took the account away from this app: it was deleted there, or is no longer shared. Once that
            is put right at Meta, connect it again.
          </p>
        </div>
      )}
      {(news.length > 0 || account.status === 'disconnected') && told && (
        <div class="notice warn stack">
          {news.length > 0 && (
            <ul>
              {news.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
          )}
          <Fault error={reconnect.error} />
          <div>
            <button type="button" class="primary" disabled={isAsking} onClick={() => reconnect.mutate()}>
              Connect again with what Meta says
            </button>
          </div>
        </div>
      )}
      <dl class="facts">
        <dt>WABA id</dt>
        <dd class="row">
          <code>{account.wabaId}</code>
          <Copy text={account.wabaId} what="WABA id" />
        </dd>
        {told && (
          <>
            <dt>Name at Meta</dt>
            <dd>{told.wabaName ?? '–'}</dd>
            <dt>Webhooks</dt>
            <dd>
              {told.subscribed ? (
                <span class="badge good">This app is subscribed</span>
              ) : (
                <span class="badge bad">This app is not subscribed</span>
              )}
              {told.subscribedApps.length > (told.subscribed ? 1 : 0) && (
                <span class="soft">
                  {' '}
                  All that are: {told.subscribedApps.map(({ id, name }) => name ?? id).join(', ')}
                </span>
              )}
            </dd>
            <dt>Review</dt>
            <dd>{told.reviewStatus ? <Word of={told.reviewStatus} /> : '–'}</dd>
            <dt>Business</dt>
            <dd>{told.businessVerification ? <Word of={told.businessVerification} /> : '–'}</dd>
            <dt>Access token</dt>
            <dd>
              {told.tokenExpiresAt ? (
                <>
                  Expires <When at={told.tokenExpiresAt} />
                </>
              ) : (
                'Does not expire'
              )}
            </dd>
          </>
        )}
      </dl>
      <Table
        label="Phone numbers"
        columns={columnsFor(account, told !== undefined)}
        rows={told?.phoneNumbers ?? account.phoneNumbers.map((number) => ({ ...number, ...UNTOLD }))}
        keyOf={({ id }) => id}
      />
      {isReplacing && (
        <ConnectAccount
          again={account}
          onClose={() => setReplacing(false)}
          onConnected={() => {
            setReplacing(false);
            void meta.refetch();
          }}
        />
      )}
    </section>
  );
}

const UNTOLD = { nameStatus: null, status: null };

function columnsFor(account: AdminAccountView, isTold: boolean): readonly Column<PhoneNumberAtMeta>[] {
  const standard = account.phoneNumbers.find(({ isDefault }) => isDefault)?.id;
  return [
    {
      name: 'Number',
      cell: ({ id, displayPhoneNumber, verifiedName }) => (
        <span class="account-name">
          <span>
            <strong>{displayPhoneNumber}</strong> {id === standard && <span class="badge info">Default</span>}
          </span>
          <small class="soft">{verifiedName}</small>
        </span>
      ),
    },
    { name: 'Id', cell: ({ id }) => <code>{id}</code> },
    ...(isTold
      ? ([
          { name: 'Status', cell: ({ status }) => (status ? <Word of={status} /> : '–') },
          { name: 'Name', cell: ({ nameStatus }) => (nameStatus ? <Word of={nameStatus} /> : '–') },
        ] satisfies Column<PhoneNumberAtMeta>[])
      : []),
    { name: 'Quality', cell: ({ qualityRating }) => <Word of={qualityRating} /> },
    { name: 'People in 24 hours', number: true, cell: ({ messagingLimit }) => tierWords(messagingLimit) },
    {
      name: 'Messages a second',
      number: true,
      // An operator's own value wins over Meta's.
      cell: ({ id, throughput }) =>
        account.phoneNumbers.find((one) => one.id === id)?.throughput ?? throughput,
    },
  ];
}

const Word = ({ of }: { of: string }) => <span class={`badge ${lookOf(of)}`}>{wordsOf(of)}</span>;
