import { Controller, Delete, Get, HttpCode, Param, Post, Req } from '@nestjs/common';
import { MEDIA_UPLOAD_SCHEMA, MediaView } from '@wbiz/contracts/media';
import { MEDIA_KINDS } from '@wbiz/contracts/media/types';
import type { FastifyRequest } from 'fastify';
import { Caller, type Call } from '../access/call.js';
import { Scope } from '../access/route-access.js';
import { BYTES, Describe } from '../openapi/describe.js';
import { MediaLibrary } from './media-library.js';

const KINDS = Object.entries(MEDIA_KINDS)
  .map(([kind, { types, maxBytes }]) => `| ${kind} | ${types.join(', ')} | ${maxBytes} |`)
  .join('\n');
const UPLOAD = `Takes one file (multipart/form-data, part \`file\`) and answers with the id that sends and template headers take. The type is told
by the bytes; a file that is declared as an image, audio, video or PDF and is something else is a 415. Whoever gets the file
sees its name with an ending of its type. The request waits until Meta has taken or refused the file; where Meta does not
answer in time, or is out of reach, the file is kept all the same and goes to Meta by itself. The same bytes go to Meta once.
The same \`Idempotency-Key\` with the same bytes answers the first result.

| kind | types | most bytes |
| --- | --- | --- |
${KINDS}`;

@Controller('v1/media')
export class MediaController {
  constructor(private readonly library: MediaLibrary) {}

  @Post()
  @Scope('media:write', { form: true })
  @Describe({
    summary: 'Upload media',
    description: UPLOAD,
    form: MEDIA_UPLOAD_SCHEMA,
    answers: { 201: MediaView },
    problems: ['phone_number_not_found', 'rejected_by_meta'],
  })
  upload(@Req() request: FastifyRequest, @Caller() call: Call) {
    return this.library.upload(request, call);
  }

  @Get(':id')
  @Scope('media:write')
  @Describe({
    summary: 'Get media',
    description:
      'What is known of a file that was uploaded, or that a person sent. One that a person sent is a 503 until it has been fetched from Meta, and a 404 where Meta never gave it away.',
    answers: { 200: MediaView },
  })
  get(@Param('id') id: string, @Caller() call: Call) {
    return this.library.view(id, call);
  }

  @Get(':id/content')
  @Scope('media:write')
  @Describe({
    summary: 'Get media content',
    description:
      'The bytes, to be saved as a file. 503 and 404 are as for the media itself. What is of a type that Meta does not take comes as application/octet-stream.',
    answers: { 200: BYTES },
  })
  content(@Param('id') id: string, @Caller() call: Call) {
    return this.library.content(id, call);
  }

  @Delete(':id')
  @HttpCode(204)
  @Scope('media:write')
  @Describe({
    summary: 'Delete media',
    description:
      'Removes the file; sends that were accepted before still go out. Its bytes, and what Meta has of them, go when no other media of the account has the same.',
    answers: { 204: null },
  })
  delete(@Param('id') id: string, @Caller() call: Call) {
    return this.library.delete(id, call);
  }
}
