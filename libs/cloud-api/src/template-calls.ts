import { UpstreamUnreachable } from './graph-error.js';
import type { GraphClient } from './graph-client.js';
import { rawBody, UPLOAD_TIMEOUT_MS, type MediaFile } from './graph-upload.js';
import type { MetaFlow, MetaTemplate, MetaTemplateContent, MetaTemplateMade } from './meta-objects.js';

const TEMPLATE_FIELDS =
  'id,name,language,status,category,components,parameter_format,quality_score,rejected_reason,message_send_ttl_seconds';
const FLOW_FIELDS = 'id,name,status,categories';

/** Meta's upload ids contain a query and go into the path unescaped, so they are checked. */
const UPLOAD_ID = /^upload:[\w+/=:.-]+(\?[\w=&+/.-]+)?$/;

/** Calls about templates, their samples, and flows. */
export const templateCalls = ({ prefix, pathTo, request, list }: GraphClient) => ({
  /** Every template of the WABA, 100 to a call. */
  listTemplates: (token: string, wabaId: string) =>
    list<MetaTemplate>('list_templates', {
      token,
      path: pathTo(wabaId, 'message_templates'),
      fields: TEMPLATE_FIELDS,
    }),

  /** Every flow of the WABA, of any status, 100 to a call. */
  listFlows: (token: string, wabaId: string) =>
    list<MetaFlow>('list_flows', { token, path: pathTo(wabaId, 'flows'), fields: FLOW_FIELDS }),

  /**
   * The template of this name and language; a WABA has one at most. Compares names, since Meta's filter also matches
   * parts of names.
   */
  async findTemplate(
    token: string,
    wabaId: string,
    { name, language }: Pick<MetaTemplate, 'name' | 'language'>,
  ): Promise<MetaTemplate | undefined> {
    const path = pathTo(wabaId, 'message_templates');
    for await (const found of list<MetaTemplate>('find_template', {
      token,
      path,
      fields: TEMPLATE_FIELDS,
      filter: { name, language },
    }))
      if (found.name === name && found.language === language) return found;
    return undefined;
  },

  getTemplate: (token: string, metaId: string) =>
    request<MetaTemplate>('get_template', {
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
    const made = await request<Partial<MetaTemplateMade>>('create_template', {
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
    await request('edit_template', {
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
    await request('delete_template', {
      method: 'DELETE',
      path: `${pathTo(wabaId, 'message_templates')}?${query}`,
      token,
    });
  },

  /**
   * Uploads the sample of a template's media header; resolves to the sample's handle, which cannot be used as a media
   * id in a send.
   */
  async uploadSample(token: string, appId: string, file: MediaFile): Promise<string> {
    const { filename: file_name, size, mimeType: file_type } = file;
    const query = new URLSearchParams({ file_name, file_length: String(size), file_type });
    const body = rawBody(file);
    try {
      const { id } = await request<{ id: string }>('upload_sample', {
        method: 'POST',
        path: `${pathTo(appId, 'uploads')}?${query}`,
        token,
      });
      if (!UPLOAD_ID.test(id)) throw new UpstreamUnreachable('an upload without an id', true);
      const uploaded = await request<{ h: string }>('upload_sample', {
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
});
