import { codeLabel } from './graph-error-fates.js';
import { CloudApiError, graphErrorIn, UpstreamUnreachable, type GraphError } from './graph-error.js';
import { openGraphTransport, type GraphRequest } from './graph-transport.js';
import { rawBody, uploadBody, type MediaFile } from './graph-upload.js';
import { openDownloads, type Download } from './media-download.js';
import { jsonIn, refusedWith, sendOutcome, type SendOutcome } from './send-outcome.js';

export type MetaTemplate = {
  readonly id: string;
  readonly name: string;
  readonly language: string;
  readonly status: string;
  readonly category: string;
  readonly components: readonly Record<string, unknown>[];
  readonly parameter_format?: string;
  readonly quality_score?: { readonly score?: string; readonly date?: number };
  readonly rejected_reason?: string;
  readonly message_send_ttl_seconds?: number;
};

export type MetaFlow = {
  readonly id: string;
  readonly name: string;
  /** DRAFT, PUBLISHED, THROTTLED, BLOCKED or DEPRECATED. */
  readonly status: string;
  readonly categories?: readonly string[];
};

/** The fields of a template that can be changed; `components` replaces all components. */
export type MetaTemplateContent = {
  readonly category: string;
  readonly components: readonly Record<string, unknown>[];
  readonly parameter_format?: string;
  readonly message_send_ttl_seconds?: number;
};

/**
 * Meta's answer to a new template. The status may be final already, and the category another than the one asked for.
 */
export type MetaTemplateMade = Pick<MetaTemplate, 'id' | 'status' | 'category'>;

export type MetaWaba = {
  readonly id: string;
  readonly name?: string;
  readonly currency?: string;
  readonly timezone_id?: string;
  readonly message_template_namespace?: string;
  readonly account_review_status?: string;
  readonly business_verification_status?: string;
};

export type MetaPhoneNumber = {
  readonly id: string;
  /** Formatted, e.g. `+91 80000 00001`; webhooks have the digits only. */
  readonly display_phone_number: string;
  readonly verified_name?: string;
  /** GREEN, YELLOW, RED, NA or UNKNOWN. */
  readonly quality_rating?: string;
  readonly code_verification_status?: string;
  readonly platform_type?: string;
  /** Whether the number is used in the WhatsApp Business app as well (coexistence). */
  readonly is_on_biz_app?: boolean;
  /** CONNECTED, or why not: PENDING, DISCONNECTED, FLAGGED, BANNED, … */
  readonly status?: string;
  /** Status of the display name: APPROVED, PENDING_REVIEW, DECLINED, EXPIRED, NONE, … */
  readonly name_status?: string;
  /** STANDARD is 80 messages a second, HIGH 1,000 (throughput page). */
  readonly throughput?: { readonly level?: string };
  /** TIER_250, TIER_2K, TIER_10K, TIER_100K or TIER_UNLIMITED: people per 24 h outside a window. */
  readonly whatsapp_business_manager_messaging_limit?: string;
};

export type MetaSubscribedApp = { readonly id: string; readonly name?: string; readonly link?: string };

export type MetaTokenInfo = {
  readonly is_valid: boolean;
  readonly app_id?: string;
  readonly type?: string;
  /** Unix seconds; 0: never. */
  readonly expires_at?: number;
  readonly scopes?: readonly string[];
  readonly granular_scopes?: readonly { readonly scope: string; readonly target_ids?: readonly string[] }[];
  readonly error?: { readonly code?: number; readonly message?: string; readonly subcode?: number };
};

export type MetaMedia = {
  readonly id: string;
  /** Valid for five minutes, and only with the token. */
  readonly url: string;
  readonly mime_type: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Bytes; a string in some answers. */
  readonly file_size: number | string;
};

type Page<T> = {
  readonly data: readonly T[];
  readonly paging?: { readonly cursors?: { readonly after?: string }; readonly next?: string };
};

export type CloudApiOptions = {
  /** Scheme, host and port, e.g. `https://graph.facebook.com`. */
  readonly baseUrl: string;
  readonly version?: string;
  /** Limit of each call as a whole, in ms. Uploads have 100 s. */
  readonly timeoutMs: number;
  readonly connections?: number;
  readonly watch?: WatchCall;
};

/** The purpose of a call to Meta. */
export type Operation =
  | 'send_message'
  | 'mark_read'
  | 'list_templates'
  | 'list_flows'
  | 'find_template'
  | 'get_template'
  | 'create_template'
  | 'edit_template'
  | 'delete_template'
  | 'upload_sample'
  | 'get_waba'
  | 'list_phone_numbers'
  | 'debug_token'
  | 'subscribe_app'
  | 'list_subscribed_apps'
  | 'upload_media'
  | 'get_media'
  | 'download_media'
  | 'delete_media';

/**
 * The outcome of a call. `broken`: it was sent, and no readable answer of Meta's came. `code`: Meta's error code,
 * 'other' for an unknown one.
 */
export type CallOutcome =
  { readonly kind: 'ok' | 'broken' | 'not_sent' } | { readonly kind: 'refused'; readonly code: string };

/**
 * Called as each call begins. The returned `ended` is called with its outcome; `traceparent` replaces the call's own.
 */
export type WatchCall = (call: {
  readonly operation: Operation;
  readonly method: GraphRequest['method'];
  readonly traceparent: string | undefined;
}) => { readonly traceparent?: string | undefined; readonly ended: (outcome: CallOutcome) => void };

export type CloudApi = ReturnType<typeof createCloudApi>;

const TEMPLATE_FIELDS =
  'id,name,language,status,category,components,parameter_format,quality_score,rejected_reason,message_send_ttl_seconds';
const FLOW_FIELDS = 'id,name,status,categories';
const WABA_FIELDS =
  'id,name,currency,timezone_id,message_template_namespace,account_review_status,business_verification_status';
const PHONE_FIELDS =
  'id,display_phone_number,verified_name,quality_rating,code_verification_status,platform_type,is_on_biz_app,status,name_status,throughput,whatsapp_business_manager_messaging_limit';

/** Meta's media hosts. */
const MEDIA_HOST = /(?:^|\.)fbsbx\.com$/i;
/** Enough for 100 MB, Meta's maximum, at 1 MB a second. */
const UPLOAD_TIMEOUT_MS = 100_000;

/** Meta's upload ids contain a query and go into the path unescaped, so they are checked. */
const UPLOAD_ID = /^upload:[\w+/=:.-]+(\?[\w=&+/.-]+)?$/;

const META_HOST = /(?:^|\.)facebook\.com$/i;
const TRACEPARENT = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/;

const outcomeOfFault = (error: unknown): CallOutcome =>
  error instanceof CloudApiError
    ? { kind: 'refused', code: codeLabel(error.error) }
    : { kind: error instanceof UpstreamUnreachable && !error.sent ? 'not_sent' : 'broken' };

const OUTCOME_OF_SEND = { accepted: 'ok', unknown: 'broken', not_sent: 'not_sent' } as const;
const outcomeOfSend = (outcome: SendOutcome): CallOutcome =>
  outcome.kind === 'refused'
    ? { kind: 'refused', code: codeLabel(outcome.error) }
    : { kind: OUTCOME_OF_SEND[outcome.kind] };

const localRefusal = (message: string): GraphError => ({ code: 190, message, httpStatus: 0 });

/**
 * A client of Meta's Graph API for WhatsApp. The token goes only to `baseUrl` and from Meta's host to its media host:
 * redirects and the `next` links of lists are not followed. A `simulator-*` token is never sent to facebook.com: it is
 * refused with code 190, httpStatus 0, like a token that cannot be a header.
 *
 * Sends answer a SendOutcome and do not throw. Everything else throws CloudApiError (Meta refused) or
 * UpstreamUnreachable.
 */
export function createCloudApi({
  baseUrl,
  version = 'v25.0',
  timeoutMs,
  connections = 64,
  watch,
}: CloudApiOptions) {
  const { origin, hostname, pathname } = new URL(baseUrl);
  const transport = openGraphTransport(origin, timeoutMs, connections);
  const downloads = openDownloads(timeoutMs);
  const prefix = `${pathname.replace(/\/+$/, '')}/${version}`;
  const isMeta = META_HOST.test(hostname);

  const tokenFault = (token: string): GraphError | undefined => {
    if (isMeta && token.startsWith('simulator-'))
      return localRefusal(
        `A token of the simulator is not sent to ${hostname}: connect the account with a real one`,
      );
    if (!/^[\x21-\x7e]+$/.test(token))
      return localRefusal('The access token is empty or has characters no token has');
    return undefined;
  };

  const pathTo = (...segments: readonly string[]) => [prefix, ...segments.map(encodeURIComponent)].join('/');

  const watched = async <T>(operation: Operation, method: GraphRequest['method'], call: () => Promise<T>) => {
    const watching = watch?.({ operation, method, traceparent: undefined });
    try {
      const answer = await call();
      watching?.ended({ kind: 'ok' });
      return answer;
    } catch (error) {
      watching?.ended(outcomeOfFault(error));
      throw error;
    }
  };

  const manage = async <T>(operation: Operation, request: GraphRequest): Promise<T> => {
    const fault = tokenFault(request.token);
    if (fault !== undefined) throw new CloudApiError(fault);
    return watched(operation, request.method, () => answerTo<T>(request));
  };

  const answerTo = async <T>(request: GraphRequest): Promise<T> => {
    const exchange = await transport.call(request);
    if (exchange.kind !== 'answered')
      throw new UpstreamUnreachable(exchange.reason, exchange.kind === 'broken');
    const { httpStatus, body } = exchange;
    const answer = jsonIn(body);
    const error = graphErrorIn(answer, httpStatus);
    if (error !== undefined) throw new CloudApiError(error);
    if (httpStatus !== 200 || typeof answer !== 'object' || answer === null)
      throw new UpstreamUnreachable(`HTTP ${httpStatus} with a body that is not the Graph API's`, true);
    return answer as T;
  };

  async function* list<T>(
    operation: Operation,
    token: string,
    path: string,
    fields: string,
    filter: Readonly<Record<string, string>> = {},
  ): AsyncGenerator<T, void, undefined> {
    const query = new URLSearchParams({ ...filter, fields, limit: '100' });
    for (;;) {
      const page: Page<T> = await manage(operation, { method: 'GET', path: `${path}?${query}`, token });
      yield* page.data;
      const after = page.paging?.cursors?.after;
      if (page.paging?.next === undefined || after === undefined || after === query.get('after')) return;
      query.set('after', after);
    }
  }

  return {
    /** Sends a body of `POST /{phone number}/messages` unchanged. Calls Meta once, also if the call fails. */
    async sendMessage(
      token: string,
      phoneNumberId: string,
      body: Readonly<Record<string, unknown>>,
      { traceparent }: { readonly traceparent?: string | undefined } = {},
    ): Promise<SendOutcome> {
      const fault = tokenFault(token);
      if (fault !== undefined) return refusedWith(fault);
      const given = traceparent !== undefined && TRACEPARENT.test(traceparent) ? traceparent : undefined;
      const watching = watch?.({ operation: 'send_message', method: 'POST', traceparent: given });
      const exchange = await transport.call({
        method: 'POST',
        path: pathTo(phoneNumberId, 'messages'),
        token,
        body: JSON.stringify(body),
        traceparent: watching?.traceparent ?? given,
      });
      const outcome = sendOutcome(exchange);
      watching?.ended(outcomeOfSend(outcome));
      return outcome;
    },

    /**
     * Marks an inbound message and the ones before it read; with `typing` Meta shows the typing bubble for up to 25 s.
     */
    async markRead(
      token: string,
      phoneNumberId: string,
      wamid: string,
      { typing = false }: { readonly typing?: boolean } = {},
    ): Promise<void> {
      const body = {
        messaging_product: 'whatsapp',
        status: 'read',
        message_id: wamid,
        ...(typing ? { typing_indicator: { type: 'text' } } : {}),
      };
      await manage('mark_read', {
        method: 'POST',
        path: pathTo(phoneNumberId, 'messages'),
        token,
        body: JSON.stringify(body),
      });
    },

    /** Every template of the WABA, 100 to a call. */
    listTemplates: (token: string, wabaId: string) =>
      list<MetaTemplate>('list_templates', token, pathTo(wabaId, 'message_templates'), TEMPLATE_FIELDS),

    /** Every flow of the WABA, of any status, 100 to a call. */
    listFlows: (token: string, wabaId: string) =>
      list<MetaFlow>('list_flows', token, pathTo(wabaId, 'flows'), FLOW_FIELDS),

    /** The template of this name and language; a WABA has one at most. Meta's filter also matches parts of names. */
    async findTemplate(
      token: string,
      wabaId: string,
      { name, language }: Pick<MetaTemplate, 'name' | 'language'>,
    ): Promise<MetaTemplate | undefined> {
      const path = pathTo(wabaId, 'message_templates');
      for await (const found of list<MetaTemplate>('find_template', token, path, TEMPLATE_FIELDS, {
        name,
        language,
      }))
        if (found.name === name && found.language === language) return found;
      return undefined;
    },

    getTemplate: (token: string, metaId: string) =>
      manage<MetaTemplate>('get_template', {
        method: 'GET',
        path: `${pathTo(metaId)}?fields=${TEMPLATE_FIELDS}`,
        token,
      }),

    /** Submits a template to Meta's review. */
    async createTemplate(
      token: string,
      wabaId: string,
      template: Pick<MetaTemplate, 'name' | 'language'> & MetaTemplateContent,
    ): Promise<MetaTemplateMade> {
      const path = pathTo(wabaId, 'message_templates');
      const body = JSON.stringify(template);
      const made = await manage<Partial<MetaTemplateMade>>('create_template', {
        method: 'POST',
        path,
        token,
        body,
      });
      if (typeof made.id !== 'string') throw new UpstreamUnreachable('a new template without an id', true);
      const { id, status = 'PENDING', category = template.category } = made;
      return { id, status, category };
    },

    /** Changes a template, which goes to Meta's review again. */
    async editTemplate(token: string, metaId: string, changes: Partial<MetaTemplateContent>): Promise<void> {
      await manage('edit_template', {
        method: 'POST',
        path: pathTo(metaId),
        token,
        body: JSON.stringify(changes),
      });
    },

    /** Deletes a template in this language only. */
    async deleteTemplate(
      token: string,
      wabaId: string,
      { id, name }: Pick<MetaTemplate, 'id' | 'name'>,
    ): Promise<void> {
      const query = new URLSearchParams({ name, hsm_id: id });
      await manage('delete_template', {
        method: 'DELETE',
        path: `${pathTo(wabaId, 'message_templates')}?${query}`,
        token,
      });
    },

    /**
     * Uploads the sample of a template's media header; resolves to its handle, which a send does not take as a media
     * id.
     */
    async uploadSample(token: string, appId: string, file: MediaFile): Promise<string> {
      const { filename: file_name, size, mimeType: file_type } = file;
      const query = new URLSearchParams({ file_name, file_length: String(size), file_type });
      const body = rawBody(file);
      try {
        const { id } = await manage<{ id: string }>('upload_sample', {
          method: 'POST',
          path: `${pathTo(appId, 'uploads')}?${query}`,
          token,
        });
        if (!UPLOAD_ID.test(id)) throw new UpstreamUnreachable('an upload without an id', true);
        const uploaded = await manage<{ h: string }>('upload_sample', {
          method: 'POST',
          path: `${prefix}/${id}`,
          token,
          headers: { authorization: `OAuth ${token}`, file_offset: '0' },
          body,
          timeoutMs: UPLOAD_TIMEOUT_MS,
        });
        return uploaded.h;
      } finally {
        body.bytes.destroy();
      }
    },

    getWaba: (token: string, wabaId: string) =>
      manage<MetaWaba>('get_waba', { method: 'GET', path: `${pathTo(wabaId)}?fields=${WABA_FIELDS}`, token }),

    async listPhoneNumbers(token: string, wabaId: string): Promise<readonly MetaPhoneNumber[]> {
      const numbers: MetaPhoneNumber[] = [];
      for await (const number of list<MetaPhoneNumber>(
        'list_phone_numbers',
        token,
        pathTo(wabaId, 'phone_numbers'),
        PHONE_FIELDS,
      ))
        numbers.push(number);
      return numbers;
    },

    /** What the token may do. The token itself authorises the call, so one unknown to Meta throws CloudApiError 190. */
    async debugToken(token: string): Promise<MetaTokenInfo> {
      const path = `${pathTo('debug_token')}?input_token=${encodeURIComponent(token)}`;
      return (await manage<{ data: MetaTokenInfo }>('debug_token', { method: 'GET', path, token })).data;
    },

    /** Subscribes the token's app to the WABA's webhooks. */
    async subscribeApp(token: string, wabaId: string): Promise<void> {
      await manage('subscribe_app', {
        method: 'POST',
        path: pathTo(wabaId, 'subscribed_apps'),
        token,
        body: '{}',
      });
    },

    /** The apps that get the WABA's webhooks. */
    async listSubscribedApps(token: string, wabaId: string): Promise<readonly MetaSubscribedApp[]> {
      const path = pathTo(wabaId, 'subscribed_apps');
      const { data } = await manage<Page<{ readonly whatsapp_business_api_data: MetaSubscribedApp }>>(
        'list_subscribed_apps',
        { method: 'GET', path, token },
      );
      return data.map(({ whatsapp_business_api_data: app }) => app);
    },

    /** Uploads a file; resolves to Meta's media id, valid for 30 days. A failed upload may have left a file. */
    async uploadMedia(token: string, phoneNumberId: string, file: MediaFile): Promise<string> {
      const path = pathTo(phoneNumberId, 'media');
      const body = uploadBody(file);
      const timeoutMs = UPLOAD_TIMEOUT_MS;
      try {
        return (
          await manage<{ id: string }>('upload_media', { method: 'POST', path, token, body, timeoutMs })
        ).id;
      } finally {
        body.bytes.destroy();
      }
    },

    getMedia: (token: string, mediaId: string) =>
      manage<MetaMedia>('get_media', { method: 'GET', path: pathTo(mediaId), token }),

    /** The bytes at a media URL; the caller must read or destroy them. */
    async downloadMedia(token: string, url: string): Promise<Download> {
      const fault = tokenFault(token);
      if (fault !== undefined) throw new CloudApiError(fault);
      const at = new URL(url);
      const isTheirs = isMeta && at.protocol === 'https:' && MEDIA_HOST.test(at.hostname);
      if (at.origin !== origin && !isTheirs)
        throw new UpstreamUnreachable(`${at.host} is not where Meta keeps files`, false);
      return watched('download_media', 'GET', () => downloads.fetch(at, token));
    },

    async deleteMedia(token: string, mediaId: string): Promise<void> {
      await manage('delete_media', { method: 'DELETE', path: pathTo(mediaId), token });
    },

    /** Resolves once the calls in flight have ended. */
    close: async () => {
      await Promise.all([transport.close(), downloads.close()]);
    },
  };
}
