// Written by npm run specs from openapi.json and asyncapi.json.

export interface paths {
  '/v1/messages/text': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send text
     * @description Sends a plain text. Delivers only while the 24 hour customer service window is open: outside it the answer is 422 `service_window_closed`. For a day after the account was connected a window that is not known is left to Meta, and a send to a closed one is accepted and fails (131047).
     *
     *     Scope: `messages:send`.
     */
    post: operations['sendText'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/template': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send template
     * @description Sends an approved template, at any time. It is checked against the stored template first. One of the category MARKETING to somebody who opted out is refused (`recipient_opted_out`).
     *
     *     Scope: `messages:send`.
     */
    post: operations['sendTemplate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/media': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send media
     * @description Sends an image, video, document, audio or sticker by mediaId or public link.
     *
     *     Scope: `messages:send`.
     */
    post: operations['sendMedia'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/interactive': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send interactive
     * @description Sends up to 3 buttons, a list of up to 10 rows, or a button that opens a link.
     *
     *     Scope: `messages:send`.
     */
    post: operations['sendInteractive'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/location': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send location
     * @description Shares a pin with an optional name and address.
     *
     *     Scope: `messages:send`.
     */
    post: operations['sendLocation'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/reaction': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send reaction
     * @description Reacts to a message with an emoji, or takes the reaction back with an empty one.
     *
     *     Scope: `messages:send`.
     */
    post: operations['sendReaction'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/contacts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send contacts
     * @description Sends one or more contacts, which the person can save.
     *
     *     Scope: `messages:send`.
     */
    post: operations['sendContacts'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/batch': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send batch
     * @description Sends up to 500 messages of any kind, in their order per person. It never waits for Meta: each row is answered with
     *     the id of an accepted message, or with the error that the same send by itself would have had; a bad row does not touch
     *     the others. Each row counts against the limit of the key; a batch of more rows than the limit can ever give at once is a 422. An
     *     `Idempotency-Key` holds for the batch as a whole: a row answered with `unavailable` was not sent and goes into another batch.
     *
     *     Scope: `messages:send`.
     */
    post: operations['sendBatch'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List messages
     * @description Messages sent and received, newest first, filtered by status, recipient or time.
     *
     *     Scope: `messages:read`.
     */
    get: operations['listMessages'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get message
     * @description A message sent or received, with the history of its status.
     *
     *     Scope: `messages:read`.
     */
    get: operations['getMessage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/messages/{id}/read': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Mark message read
     * @description Marks a message that was received, and those before it, as read; with `typing`, the person sees for up to 25 seconds that an answer is being typed. Answers with the message once Meta knows.
     *
     *     Scope: `messages:send`.
     */
    post: operations['markMessageRead'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/conversations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List conversations
     * @description Conversations with contact, channel, status, last message and unread count, the one with the newest message first.
     *
     *     Scope: `inbox:read`.
     */
    get: operations['listConversations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/conversations/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get conversation
     * @description A single conversation by id.
     *
     *     Scope: `inbox:read`.
     */
    get: operations['getConversation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Update conversation
     * @description Closes or opens a conversation, or says who answers. What a person writes opens a closed one again.
     *
     *     Scope: `inbox:write`.
     */
    patch: operations['updateConversation'];
    trace?: never;
  };
  '/v1/conversations/{id}/messages': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List messages in a conversation
     * @description Messages in a conversation, newest first, with direction, kind, body and status.
     *
     *     Scope: `inbox:read`.
     */
    get: operations['listMessagesInAConversation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/contacts': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List contacts
     * @description Contacts, newest first, with search, tag and opt-in filters.
     *
     *     Scope: `contacts:read`.
     */
    get: operations['listContacts'];
    put?: never;
    /**
     * Create contact
     * @description Creates a contact, or, if the person is on file, adds what is given to it: given fields win, tags are added. Two spellings of one phone number are one person.
     *
     *     Scope: `contacts:write`.
     */
    post: operations['createContact'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/contacts/bulk': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Bulk import
     * @description Creates or updates up to 500 contacts. Each row has its own result; a bad row is skipped with its reason and does not touch the others. Rows of one person are merged, in their order.
     *
     *     Scope: `contacts:write`.
     */
    post: operations['bulkImport'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/contacts/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get contact
     * @description A single contact by id.
     *
     *     Scope: `contacts:read`.
     */
    get: operations['getContact'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Update contact
     * @description Changes name, email, tags, custom fields or opt-in. What is left out stays; `tags` are replaced as a whole.
     *
     *     Scope: `contacts:write`.
     */
    patch: operations['updateContact'];
    trace?: never;
  };
  '/v1/contacts/{id}/history': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get contact history
     * @description What happened to a contact, newest first: what changed, when, by which API key, and how an opt-in was given or withdrawn.
     *
     *     Scope: `contacts:read`.
     */
    get: operations['getContactHistory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/tags': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List tags
     * @description Every tag with a contact count, newest first. `removals` are deleted tags that contacts are still being cleaned of.
     *
     *     Scope: `tags:read`.
     */
    get: operations['listTags'];
    put?: never;
    /**
     * Create tag
     * @description Adds a tag to the vocabulary. One that so far was only used on contacts becomes a part of it; one that was created before is a 409. Names are the same in any case.
     *
     *     Scope: `tags:write`.
     */
    post: operations['createTag'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/tags/{name}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Delete tag
     * @description Removes a tag. No contact shows it from then on; taking it off all of them goes on in the background, and does not touch a tag of the same name that is made later.
     *
     *     Scope: `tags:write`.
     */
    delete: operations['deleteTag'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/custom-fields': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List fields
     * @description Custom field definitions that power contact data and template variables, newest first. `removals` are deleted fields whose values are still being taken off contacts.
     *
     *     Scope: `fields:read`.
     */
    get: operations['listFields'];
    put?: never;
    /**
     * Create field
     * @description Defines a field: text, number, date, boolean or select. One that was defined as text by its first use on a contact takes the label; any other that is there is a 409.
     *
     *     Scope: `fields:write`.
     */
    post: operations['createField'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/custom-fields/{key}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Delete field
     * @description Removes a field definition, and its values from all contacts.
     *
     *     Scope: `fields:write`.
     */
    delete: operations['deleteField'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/templates': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List templates
     * @description Your templates, newest first, filtered by status, category, language or a part of the name.
     *
     *     Scope: `templates:read`.
     */
    get: operations['listTemplates'];
    put?: never;
    /**
     * Create template
     * @description Creates a template and submits it to Meta for approval in one call; with `submit: false` it stays a draft. It is checked by
     *     Meta's rules first: whatever they would refuse is named with its place. The sample of a media header may be the id of
     *     uploaded media or an https link; both are uploaded to Meta. A name has one template per language: another is a 409, and so
     *     is a name that Meta still blocks because its template was deleted. Meta's review tells its end by `template.status`.
     *
     *     What Meta refuses is a 422 `rejected_by_meta` with its code and subcode; a fault of Meta's, or an access token that it does
     *     not take, a 502; where Meta is out of reach, or takes no more for now, a 503, and nothing was done. Where its answer does
     *     not come within 10 seconds it is a 504 `outcome_pending` with the template's id.
     *
     *     Scope: `templates:write`.
     */
    post: operations['createTemplate'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/templates/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get template
     * @description A template with its components, its status and why Meta rejected it, if it did.
     *
     *     Scope: `templates:read`.
     */
    get: operations['getTemplate'];
    put?: never;
    post?: never;
    /**
     * Delete template
     * @description Deletes a template here and at Meta, in this language only. Meta then blocks the name of an approved one for 30 days. One that
     *     Meta has disabled cannot be deleted (409).
     *
     *     What Meta refuses is a 422 `rejected_by_meta` with its code and subcode; a fault of Meta's, or an access token that it does
     *     not take, a 502; where Meta is out of reach, or takes no more for now, a 503, and nothing was done. Where its answer does
     *     not come within 10 seconds it is a 504 `outcome_pending` with the template's id.
     *
     *     Scope: `templates:write`.
     */
    delete: operations['deleteTemplate'];
    options?: never;
    head?: never;
    /**
     * Update template
     * @description Edits a draft (`submit: true` submits it), or resubmits a template that was rejected, paused or approved. Components are
     *     replaced as a whole; examples that are missing are those of the stored component with as many variables. Name and language
     *     stay. A template in review or disabled cannot be changed (409). An approved one can be edited once in 24 hours and 10 times
     *     in 30 days, and keeps its category; the 409 names the next time in `nextEditAt`. It can be sent as it was until Meta has
     *     taken the edit, then when Meta has approved it again.
     *
     *     What Meta refuses is a 422 `rejected_by_meta` with its code and subcode; a fault of Meta's, or an access token that it does
     *     not take, a 502; where Meta is out of reach, or takes no more for now, a 503, and nothing was done. Where its answer does
     *     not come within 10 seconds it is a 504 `outcome_pending` with the template's id.
     *
     *     Scope: `templates:write`.
     */
    patch: operations['updateTemplate'];
    trace?: never;
  };
  '/v1/templates/{id}/preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Preview template
     * @description What a person will see of the template with these values. A variable without a value stays as it is; `faults` tells what a send would be refused for.
     *
     *     Scope: `templates:read`.
     */
    get: operations['previewTemplate'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/templates/sync': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Sync templates
     * @description Pulls all templates from Meta. Answers 202 when that takes longer than 30 seconds; it goes on then.
     *
     *     Scope: `templates:write`.
     */
    post: operations['syncTemplates'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/flows': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List flows
     * @description Published WhatsApp Flows, newest first; those of another `status` where one is given.
     *
     *     Scope: `flows:read`.
     */
    get: operations['listFlows'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/flows/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get flow
     * @description A flow, in whatever status.
     *
     *     Scope: `flows:read`.
     */
    get: operations['getFlow'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/flows/{id}/send': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send flow
     * @description Sends a message with a button that opens a flow, while the 24 hour customer service window is open. Only a published flow is sent, and a draft with `mode` draft; any other is a 409 that says its status. What the person fills in comes as `message.received` of kind `flow_reply`, whose `payload` holds the answer, `flowId` and, of this message, `flowMessageId`.
     *
     *     Scope: `flows:write`.
     */
    post: operations['sendFlow'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/media': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Upload media
     * @description Takes one file (multipart/form-data, part `file`) and answers with the id that sends and template headers take. The type is told
     *     by the bytes; a file that is declared as an image, audio, video or PDF and is something else is a 415. Whoever gets the file
     *     sees its name with an ending of its type. The request waits until Meta has taken or refused the file; where Meta does not
     *     answer in time, or is out of reach, the file is kept all the same and goes to Meta by itself. The same bytes go to Meta once.
     *     The same `Idempotency-Key` with the same bytes answers the first result.
     *
     *     | kind | types | most bytes |
     *     | --- | --- | --- |
     *     | image | image/jpeg, image/png | 5242880 |
     *     | video | video/mp4, video/3gpp | 16777216 |
     *     | audio | audio/aac, audio/amr, audio/mpeg, audio/mp4, audio/ogg | 16777216 |
     *     | sticker | image/webp | 512000 |
     *     | document | application/pdf, application/msword, application/vnd.ms-excel, application/vnd.ms-powerpoint, application/vnd.openxmlformats-officedocument.wordprocessingml.document, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet, application/vnd.openxmlformats-officedocument.presentationml.presentation, text/plain | 104857600 |
     *
     *     Scope: `media:write`.
     */
    post: operations['uploadMedia'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/media/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get media
     * @description What is known of a file that was uploaded, or that a person sent. One that a person sent is a 503 until it has been fetched from Meta, and a 404 where Meta never gave it away.
     *
     *     Scope: `media:write`.
     */
    get: operations['getMedia'];
    put?: never;
    post?: never;
    /**
     * Delete media
     * @description Removes the file; sends that were accepted before still go out. Its bytes, and what Meta has of them, go when no other media of the account has the same.
     *
     *     Scope: `media:write`.
     */
    delete: operations['deleteMedia'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/media/{id}/content': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get media content
     * @description The bytes, to be saved as a file. 503 and 404 are as for the media itself. What is of a type that Meta does not take comes as application/octet-stream.
     *
     *     Scope: `media:write`.
     */
    get: operations['getMediaContent'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/quick-replies': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List quick replies
     * @description Saved canned responses with shortcuts, newest first.
     *
     *     Scope: `quick_replies:read`.
     */
    get: operations['listQuickReplies'];
    put?: never;
    /**
     * Create quick reply
     * @description Saves a canned response keyed by a shortcut. A shortcut that another has, in any case, is a 409.
     *
     *     Scope: `quick_replies:write`.
     */
    post: operations['createQuickReply'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/quick-replies/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /**
     * Delete quick reply
     * @description Removes a quick reply; its shortcut is free again.
     *
     *     Scope: `quick_replies:write`.
     */
    delete: operations['deleteQuickReply'];
    options?: never;
    head?: never;
    /**
     * Update quick reply
     * @description Changes what is given of a quick reply.
     *
     *     Scope: `quick_replies:write`.
     */
    patch: operations['updateQuickReply'];
    trace?: never;
  };
  '/v1/interactive': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List presets
     * @description Reusable button and list cards, newest first.
     *
     *     Scope: `interactive:write`.
     */
    get: operations['listPresets'];
    put?: never;
    /**
     * Create preset
     * @description Saves a reusable card. It has the form of an interactive send, and is checked like one.
     *
     *     Scope: `interactive:write`.
     */
    post: operations['createPreset'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/interactive/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get preset
     * @description A single saved preset.
     *
     *     Scope: `interactive:write`.
     */
    get: operations['getPreset'];
    put?: never;
    post?: never;
    /**
     * Delete preset
     * @description Removes a saved preset. What was sent of it stays.
     *
     *     Scope: `interactive:write`.
     */
    delete: operations['deletePreset'];
    options?: never;
    head?: never;
    /**
     * Update preset
     * @description Changes what is given of a preset; null takes a part out. With another `kind`, the parts that only the one before has go by themselves. What comes of it is checked as a whole.
     *
     *     Scope: `interactive:write`.
     */
    patch: operations['updatePreset'];
    trace?: never;
  };
  '/v1/interactive/{id}/send': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Send preset
     * @description Sends a saved preset as it is now, like any interactive message. Under an `Idempotency-Key`, a repeated request answers the first result, also when the preset was changed or deleted in between.
     *
     *     Scope: `interactive:write`.
     */
    post: operations['sendPreset'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/campaigns': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List campaigns
     * @description Your broadcasts with status, newest first.
     *
     *     Scope: `campaigns:read`.
     */
    get: operations['listCampaigns'];
    put?: never;
    /**
     * Create campaign
     * @description Creates a broadcast: one template to an audience, at once or at a time. The audience is resolved here, when the
     *     campaign starts, and then stays as it is. Who has not opted in is skipped, and so is who lacks a value that the template
     *     takes. Texts of the template may hold `{{contact.name}}`, `{{contact.phone}}`, `{{contact.email}}` and
     *     `{{contact.customFields.<key>}}`, each with a fallback: `{{contact.name|friend}}`. The template must be approved; that of a
     *     scheduled campaign may be in review or a draft until it starts. Single sends go before those of campaigns.
     *     `campaign.status` tells how it goes.
     *
     *     Scope: `campaigns:write`.
     */
    post: operations['createCampaign'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/campaigns/audience-preview': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Audience preview
     * @description Resolves an audience spec to a total, an opted-in total and a sample. With `template` or `from` it also answers what a campaign would come to if it started now: who would get it, who would not and why, and when it would be through.
     *
     *     Scope: `campaigns:read`.
     */
    post: operations['audiencePreview'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/campaigns/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get campaign
     * @description Status plus sent, delivered, read and failed counters.
     *
     *     Scope: `campaigns:read`.
     */
    get: operations['getCampaign'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /**
     * Update campaign
     * @description Changes what is given of a scheduled campaign; `template`, `audience` and `schedule` are replaced as a whole. What is left out stays; null takes the limit of `ratePerSecond` away, and puts the default in place of `schedule` and `from`. One that has started is a 409.
     *
     *     Scope: `campaigns:write`.
     */
    patch: operations['updateCampaign'];
    trace?: never;
  };
  '/v1/campaigns/{id}/progress': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Campaign progress
     * @description Where the campaign stood over time, oldest first, as `campaign.status` has told it: at most 300 points, at even distances. What came after its end is in the campaign alone.
     *
     *     Scope: `campaigns:read`.
     */
    get: operations['campaignProgress'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/campaigns/{id}/pause': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Pause campaign
     * @description Pauses a campaign. What Meta was asked to send is sent; everybody else waits until it is resumed. 409 from a status that does not allow it.
     *
     *     Scope: `campaigns:write`.
     */
    post: operations['pauseCampaign'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/campaigns/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Resume campaign
     * @description Lets a paused campaign go on with who was not sent to yet. 409 from a status that does not allow it.
     *
     *     Scope: `campaigns:write`.
     */
    post: operations['resumeCampaign'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/campaigns/{id}/cancel': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Cancel campaign
     * @description Ends a campaign for good. Who was not sent to yet is skipped. 409 from a status that does not allow it.
     *
     *     Scope: `campaigns:write`.
     */
    post: operations['cancelCampaign'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/campaigns/{id}/retry-failed': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Retry failed sends
     * @description Sends once more to whom a send failed, with a new message each. 409 from a status that does not allow it.
     *
     *     Scope: `campaigns:write`.
     */
    post: operations['retryFailedSends'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/campaigns/{id}/recipients': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List recipients
     * @description Everybody of the campaign's audience and what became of it; nobody before it starts. With `Accept: text/csv` the whole list
     *     as a file, whatever `limit` and `cursor` are: contactId, to, status, reason, errorCode, errorMessage, errorDetails, metaCode, messageId, attempt, statusAt. A value that a spreadsheet would take for a
     *     formula has `'` before it. A download that breaks off is not complete.
     *
     *     Scope: `campaigns:read`.
     */
    get: operations['listRecipients'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List webhooks
     * @description Your webhook subscriptions, newest first.
     *
     *     Scope: `webhooks:manage`.
     */
    get: operations['listWebhooks'];
    put?: never;
    /**
     * Create webhook
     * @description Subscribes a URL to events, up to 50 of them. Returns the signing secret once, so store it. Deliveries are signed as Standard Webhooks has it; the body is the event as the feed has it, with `accountId`.
     *
     *     Scope: `webhooks:manage`.
     */
    post: operations['createWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get webhook
     * @description A single subscription.
     *
     *     Scope: `webhooks:manage`.
     */
    get: operations['getWebhook'];
    put?: never;
    post?: never;
    /**
     * Delete webhook
     * @description Removes a subscription; what was still to be tried again is not.
     *
     *     Scope: `webhooks:manage`.
     */
    delete: operations['deleteWebhook'];
    options?: never;
    head?: never;
    /**
     * Update webhook
     * @description Changes the URL, the events or the active state, and what else is given. One that is activated again goes on from where it stood, or from now (`resumeFrom`).
     *
     *     Scope: `webhooks:manage`.
     */
    patch: operations['updateWebhook'];
    trace?: never;
  };
  '/v1/webhooks/{id}/test': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Test webhook
     * @description Sends a signed sample of type `webhook.test` to your URL and answers what came of it. It never counts against the webhook.
     *
     *     Scope: `webhooks:manage`.
     */
    post: operations['testWebhook'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{id}/rotate-secret': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Rotate webhook secret
     * @description Makes a new signing secret, shown once. For 24 hours the old one signs as well.
     *
     *     Scope: `webhooks:manage`.
     */
    post: operations['rotateWebhookSecret'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{id}/replay': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Replay webhook events
     * @description Delivers the events of a range of time again, in order and beside the live ones: all of them, or only those given up. Each has the `webhook-id` and the bytes it had.
     *
     *     Scope: `webhooks:manage`.
     */
    post: operations['replayWebhookEvents'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{id}/stats': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Webhook statistics
     * @description How far behind it is, and how deliveries went in the last hour and day.
     *
     *     Scope: `webhooks:manage`.
     */
    get: operations['webhookStatistics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{id}/deliveries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * List deliveries
     * @description What was delivered in the last 30 days, or is being tried; the newest events first.
     *
     *     Scope: `webhooks:manage`.
     */
    get: operations['listDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{id}/deliveries/{deliveryId}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Get delivery
     * @description One delivery with all its attempts and what was answered to each.
     *
     *     Scope: `webhooks:manage`.
     */
    get: operations['getDelivery'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/webhooks/{id}/deliveries/{deliveryId}/retry': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Retry delivery
     * @description Delivers once more what was delivered or given up. What is going to be tried again anyway is a 409.
     *
     *     Scope: `webhooks:manage`.
     */
    post: operations['retryDelivery'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/events': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Poll events
     * @description The same events as webhooks carry, oldest first. Keep nextCursor and come again with ?since=<cursor>; wait holds the request until something comes. ?since=now answers the cursor of the end, ?before=now the latest events.
     *
     *     Scope: `events:read`.
     */
    get: operations['pollEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/me': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Who am I
     * @description The key, its account and the phone numbers connected to it.
     *
     *     Scope: any valid key.
     */
    get: operations['whoAmI'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/v1/account': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /**
     * Account and entitlement
     * @description Plan, limits and usage of the current month. While `entitled` is false every send is refused with 402.
     *
     *     Scope: any valid key.
     */
    get: operations['accountAndEntitlement'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description What went wrong (RFC 9457). `code` is stable; `detail` is for people. */
    Problem: {
      /** Format: uri */
      type: string;
      title: string;
      status: number;
      detail: string;
      /** @enum {string} */
      code:
        | 'malformed_json'
        | 'malformed_request'
        | 'missing_api_key'
        | 'invalid_api_key'
        | 'invalid_admin_token'
        | 'invalid_signature'
        | 'not_entitled'
        | 'invalid_verify_token'
        | 'insufficient_scope'
        | 'not_found'
        | 'template_not_found'
        | 'media_not_found'
        | 'method_not_allowed'
        | 'conflict'
        | 'account_suspended'
        | 'template_not_approved'
        | 'flow_not_published'
        | 'recipient_opted_out'
        | 'idempotency_in_progress'
        | 'cursor_expired'
        | 'too_large'
        | 'unsupported_media_type'
        | 'invalid_request'
        | 'invalid_idempotency_key'
        | 'idempotency_key_reused'
        | 'phone_number_not_found'
        | 'service_window_closed'
        | 'template_not_supported'
        | 'template_variables_mismatch'
        | 'reply_target_not_found'
        | 'invalid_access_token'
        | 'rejected_by_meta'
        | 'rate_limited'
        | 'internal_error'
        | 'upstream_error'
        | 'outcome_unknown'
        | 'unavailable'
        | 'outcome_pending';
      /** @description The same as X-Request-Id. */
      requestId: string;
      /** @description One entry for each fault of a field. */
      errors?: {
        /** @description JSON Pointer into the body, or `?name` for a query parameter. */
        pointer: string;
        code: string;
        detail: string;
      }[];
      /** @description The message that failed, or whose outcome is pending. */
      messageId?: string;
      /** @description Meta's error code. */
      metaCode?: number;
      /** @description Meta's error subcode. */
      metaSubcode?: number;
      /** @description Meta's details. */
      details?: string;
      /** @description The scope that was missing. */
      scope?: string;
    };
    EventData: {
      'message.received': components['schemas']['MessageReceivedData'];
      'message.status': components['schemas']['MessageStatusData'];
      'message.echoed': components['schemas']['MessageEchoedData'];
      'conversation.opened': components['schemas']['ConversationStatusData'];
      'conversation.closed': components['schemas']['ConversationStatusData'];
      'contact.created': components['schemas']['ContactCreatedData'];
      'contact.updated': components['schemas']['ContactUpdatedData'];
      'contact.opted_out': components['schemas']['ContactOptedOutData'];
      'template.status': components['schemas']['TemplateStatusData'];
      'campaign.status': components['schemas']['CampaignStatusData'];
      'account.status': components['schemas']['AccountStatusData'];
      'phone_number.quality': components['schemas']['PhoneNumberQualityData'];
      'webhook.disabled': components['schemas']['WebhookDisabledData'];
    };
    MessageReceivedData: {
      from: string | null;
      name: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      receivedAt: string;
      messageId: string;
      wamid: string;
      /** @description A group's conversation is not in the inbox. */
      conversationId: string;
      contactId: string;
      userId?: string | null;
      phoneNumberId: string;
      kind: string;
      body: string | null;
      payload: {
        [key: string]: unknown;
      } | null;
      mediaId: string | null;
      replyTo: string | null;
    };
    MessageStatusData: {
      messageId: string;
      wamid: string | null;
      conversationId: string;
      contactId?: string;
      to: string;
      /** @enum {string} */
      status: 'accepted' | 'sent' | 'delivered' | 'read' | 'failed';
      error: {
        [key: string]: unknown;
      } | null;
      metadata: {
        [key: string]: string;
      } | null;
      campaignId: string | null;
      /** @description Meta accepted the message and holds it for its quality assessment. */
      held?: boolean;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
    };
    MessageEchoedData: {
      to: string;
      /** @enum {string} */
      source: 'business_app';
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      sentAt: string;
      messageId: string;
      wamid: string;
      /** @description A group's conversation is not in the inbox. */
      conversationId: string;
      contactId: string;
      userId?: string | null;
      phoneNumberId: string;
      kind: string;
      body: string | null;
      payload: {
        [key: string]: unknown;
      } | null;
      mediaId: string | null;
      replyTo: string | null;
    };
    ConversationStatusData: {
      conversationId: string;
      contactId: string;
      phoneNumberId: string;
      assignee: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
    };
    ContactCreatedData: {
      contactId: string;
      contact: components['schemas']['ContactView'];
      /** @description The API key that did it; `console`: somebody in the console; null: it came about by itself. */
      by: string | null;
      /** @description The contact that was merged into this one: another user id or number of the same person. */
      merged?: string;
    };
    ContactView: {
      id: string;
      /** @description E.164; null for a person without a phone number. */
      phone: string | null;
      /** @description Meta's user id, where it is known. */
      userId: string | null;
      name: string | null;
      email: string | null;
      /**
       * @example [
       *       "lead",
       *       "vip"
       *     ]
       */
      tags: string[];
      /**
       * @description Values of custom fields by their keys.
       * @example {
       *       "city": "Ahmedabad"
       *     }
       */
      customFields: {
        [key: string]: unknown;
      };
      /** @description Whether the person agreed to be written to. */
      optedIn: boolean;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      optedInAt: string | null;
      /**
       * Format: date-time
       * @description When the person opted out; null: has not.
       * @example 2026-11-22T10:15:30.000Z
       */
      optedOutAt: string | null;
      /** @enum {string} */
      source: 'api' | 'import' | 'inbound';
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      updatedAt: string;
    };
    ContactUpdatedData: {
      /**
       * @description The fields that changed.
       * @example [
       *       "name",
       *       "customFields.city"
       *     ]
       */
      changed: string[];
      contactId: string;
      contact: components['schemas']['ContactView'];
      /** @description The API key that did it; `console`: somebody in the console; null: it came about by itself. */
      by: string | null;
      /** @description The contact that was merged into this one: another user id or number of the same person. */
      merged?: string;
    };
    ContactOptedOutData: {
      contactId: string;
      phone: string | null;
      userId: string | null;
      /** @enum {string} */
      how: 'api' | 'import' | 'stop_word' | 'start_word' | 'user_preferences' | 'refused_by_meta';
      /** @description The API key that did it; `console`: somebody in the console; null: it came about by itself. */
      by: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
    };
    TemplateStatusData: {
      templateId: string;
      metaId: string | null;
      /** @example order_confirmation */
      name: string;
      /** @example en_US */
      language: string;
      /** @enum {string} */
      status: 'draft' | 'pending' | 'approved' | 'rejected' | 'paused' | 'disabled';
      reason: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
    };
    CampaignStatusData: {
      campaignId: string;
      /** @example Diwali offer */
      name: string;
      /** @enum {string} */
      status: 'scheduled' | 'running' | 'paused' | 'completed' | 'cancelled' | 'failed';
      /** @enum {string|null} */
      reason:
        | 'requested'
        | 'missed_start'
        | 'not_entitled'
        | 'account_suspended'
        | 'phone_number_not_found'
        | 'messaging_limit'
        | 'throttled_by_meta'
        | 'first_sends_failed'
        | 'sends_failed'
        | 'template_not_found'
        | 'template_not_approved'
        | null;
      detail: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      resumesAt: string | null;
      counts: components['schemas']['CampaignCounts'];
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      expectedEndAt: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
    };
    CampaignCounts: {
      total: number;
      queued: number;
      sent: number;
      delivered: number;
      read: number;
      failed: number;
      skipped: number;
      held: number;
    };
    AccountStatusData: {
      /** @enum {string} */
      status: 'active' | 'suspended' | 'disconnected';
      reason: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
    };
    PhoneNumberQualityData: {
      phoneNumberId: string;
      displayPhoneNumber: string;
      event: string;
      messagingLimit: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
    };
    WebhookDisabledData: {
      webhookId: string;
      /** @enum {string} */
      reason: 'gone' | 'failing';
      detail: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
    };
    SendText: {
      /**
       * @description A phone number with its country code in any form, or a WhatsApp user id.
       * @example +918899332211
       */
      to: string;
      /** @description Phone number id to send from; default the account's default. */
      from?: string;
      /** @description The message this one quotes: its wamid or msg id. */
      replyTo?: string;
      /** @description Up to 10 string pairs, returned in events. */
      metadata?: {
        [key: string]: string;
      };
      /** @example Hi! Your order #1043 has shipped. */
      body: string;
      /** @description Whether WhatsApp may show a preview of the first link. */
      previewUrl?: boolean;
    };
    SendReceipt: {
      /** @example msg_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E */
      id: string;
      /** @description WhatsApp's id; null until Meta has accepted the message. */
      wamid: string | null;
      /**
       * @description accepted, unless Meta has already reported what came of the message.
       * @example accepted
       * @enum {string}
       */
      status: 'accepted' | 'outcome_unknown' | 'sent' | 'failed' | 'delivered' | 'read' | 'received';
      to: string;
      conversationId: string;
      phoneNumberId: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
    };
    AsyncReceipt: {
      id: string;
      /** @enum {string} */
      status: 'accepted';
    };
    SendTemplate: {
      /**
       * @description A phone number with its country code in any form, or a WhatsApp user id.
       * @example +918899332211
       */
      to: string;
      /** @description Phone number id to send from; default the account's default. */
      from?: string;
      /** @description The message this one quotes: its wamid or msg id. */
      replyTo?: string;
      /** @description Up to 10 string pairs, returned in events. */
      metadata?: {
        [key: string]: string;
      };
      /** @example order_confirmation */
      template: string;
      /** @example en_US */
      language: string;
      /**
       * @description A list for {{1}}, {{2}} …; an object for named variables.
       * @example [
       *       "Gaurav",
       *       "#1043"
       *     ]
       */
      variables?:
        | string[]
        | {
            [key: string]: string;
          };
      /** @description The id of uploaded media for a media header. */
      headerMediaId?: string;
      /** @description A public link for a media header. */
      headerLink?: string;
      /** @description File name of a document in a header; default: the name of the upload, or the end of the path of its link. */
      headerFilename?: string;
      /** @description The place in a location header. */
      headerLocation?: components['schemas']['HeaderLocation'];
      /**
       * Format: date-time
       * @description When a limited-time offer ends.
       */
      offerExpiresAt?: string;
      /** @description One value per button that takes one, in order of the buttons: the end of a link, or a code. A one-time password goes into its button by itself. */
      buttonVariables?:
        | string[]
        | {
            [key: string]: string;
          };
      /** @description Other values for single buttons. */
      buttons?: components['schemas']['TemplateButton'][];
      /** @description The cards of a carousel: as many as in the template, in the same order. */
      cards?: components['schemas']['TemplateCard'][];
    };
    HeaderLocation: {
      latitude: number;
      longitude: number;
      name?: string;
      address?: string;
    };
    TemplateButton: {
      /** @description Which button, counted from 0 over all of them. */
      index: number;
      /** @description QUICK_REPLY: comes back when it is tapped. */
      payload?: string;
      /** @description COPY_CODE and one-time passwords: the code that a tap copies, instead of a value in buttonVariables. */
      code?: string;
      /** @description FLOW: returned with the answer; default: the message's id. */
      flowToken?: string;
      /** @description FLOW that navigates: data for its first screen. */
      flowActionData?: {
        [key: string]: unknown;
      };
      /** @description CATALOG and MPM: the product whose picture is shown. */
      thumbnailProductId?: string;
      /** @description MPM: what is offered, at most 30 products in all. */
      sections?: components['schemas']['ProductSection'][];
    };
    ProductSection: {
      /** @description Required if there are several sections. */
      title?: string;
      productIds: string[];
    };
    TemplateCard: {
      /** @description For the body of the card. */
      variables?:
        | string[]
        | {
            [key: string]: string;
          };
      /** @description The id of uploaded media for its header. */
      headerMediaId?: string;
      /** @description A public link for its header. */
      headerLink?: string;
      /** @description As for the template itself. */
      buttonVariables?:
        | string[]
        | {
            [key: string]: string;
          };
      buttons?: components['schemas']['TemplateButton'][];
    };
    SendMedia: {
      /**
       * @description A phone number with its country code in any form, or a WhatsApp user id.
       * @example +918899332211
       */
      to: string;
      /** @description Phone number id to send from; default the account's default. */
      from?: string;
      /** @description The message this one quotes: its wamid or msg id. */
      replyTo?: string;
      /** @description Up to 10 string pairs, returned in events. */
      metadata?: {
        [key: string]: string;
      };
      /**
       * @example image
       * @enum {string}
       */
      type: 'image' | 'video' | 'document' | 'audio' | 'sticker';
      /** @description The id of uploaded media; this or `link`. */
      mediaId?: string;
      /**
       * @description A public link from which Meta fetches the file; this or `mediaId`.
       * @example https://example.com/catalogue.jpg
       */
      link?: string;
      /**
       * @description Not for audio and stickers.
       * @example This week's catalogue
       */
      caption?: string;
      /** @description File name of a document; default: the name of the upload, or the end of the path of its link. */
      filename?: string;
      /** @description Audio: whether it is shown as a voice note. Requires Ogg with Opus. */
      voice?: boolean;
    };
    SendInteractive: {
      /**
       * @description A phone number with its country code in any form, or a WhatsApp user id.
       * @example +918899332211
       */
      to: string;
      /** @description Phone number id to send from; default the account's default. */
      from?: string;
      /** @description The message this one quotes: its wamid or msg id. */
      replyTo?: string;
      /** @description Up to 10 string pairs, returned in events. */
      metadata?: {
        [key: string]: string;
      };
      /**
       * @example buttons
       * @enum {string}
       */
      kind: 'buttons' | 'list' | 'cta_url';
      /**
       * @description At most 1024 characters for kinds buttons and cta_url.
       * @example Reply to confirm your order.
       */
      body: string;
      /** @description A bare string is read as a header of type text. */
      header?: components['schemas']['InteractiveHeader'];
      footer?: string;
      /**
       * @description Kind buttons. Ids and titles are unique.
       * @example [
       *       {
       *         "id": "yes",
       *         "title": "Confirm"
       *       },
       *       {
       *         "id": "no",
       *         "title": "Cancel"
       *       }
       *     ]
       */
      buttons?: components['schemas']['ReplyButton'][];
      /** @description Kind list: what opens the list. */
      button?: string;
      /** @description Kind list: at most 10 rows in all, with unique ids. */
      sections?: components['schemas']['ListSection'][];
      /** @description Kind cta_url: the label of the button. */
      displayText?: string;
      /** @description Kind cta_url: what the button opens. */
      url?: string;
    };
    InteractiveHeader: {
      /** @enum {string} */
      type: 'text' | 'image' | 'video' | 'document';
      text?: string;
      /** @description The id of uploaded media. */
      mediaId?: string;
      /** @description A public link. */
      link?: string;
      /** @description For a document: its file name; default: the name of the upload, or the end of the path of its link. */
      filename?: string;
    };
    ReplyButton: {
      /** @description Comes back when it is tapped. */
      id: string;
      title: string;
    };
    ListSection: {
      /** @description Required if there are several sections. */
      title?: string;
      rows: components['schemas']['ListRow'][];
    };
    ListRow: {
      /** @description Comes back when it is chosen. */
      id: string;
      title: string;
      description?: string;
    };
    SendLocation: {
      /**
       * @description A phone number with its country code in any form, or a WhatsApp user id.
       * @example +918899332211
       */
      to: string;
      /** @description Phone number id to send from; default the account's default. */
      from?: string;
      /** @description The message this one quotes: its wamid or msg id. */
      replyTo?: string;
      /** @description Up to 10 string pairs, returned in events. */
      metadata?: {
        [key: string]: string;
      };
      /** @example 23.0225 */
      latitude: number;
      /** @example 72.5714 */
      longitude: number;
      /** @example Our store */
      name?: string;
      /** @example Ahmedabad, India */
      address?: string;
    };
    SendReaction: {
      /**
       * @description A phone number with its country code in any form, or a WhatsApp user id.
       * @example +918899332211
       */
      to: string;
      /** @description Phone number id to send from; default the account's default. */
      from?: string;
      /** @description The message this one quotes: its wamid or msg id. */
      replyTo?: string;
      /** @description Up to 10 string pairs, returned in events. */
      metadata?: {
        [key: string]: string;
      };
      /** @description The message reacted to, by its msg id; this or `wamid`. */
      messageId?: string;
      /**
       * @description The message reacted to, by WhatsApp's id; this or `messageId`.
       * @example wamid.HBgMOTE4ODk5MzMyMjExFQIAEhgUM0E3RTJDNDFCMDlENTg2RkExMDcA
       */
      wamid?: string;
      /**
       * @description One emoji; empty removes the reaction.
       * @example 👍
       */
      emoji: string;
    };
    SendContacts: {
      /**
       * @description A phone number with its country code in any form, or a WhatsApp user id.
       * @example +918899332211
       */
      to: string;
      /** @description Phone number id to send from; default the account's default. */
      from?: string;
      /** @description The message this one quotes: its wamid or msg id. */
      replyTo?: string;
      /** @description Up to 10 string pairs, returned in events. */
      metadata?: {
        [key: string]: string;
      };
      /**
       * @example [
       *       {
       *         "name": {
       *           "formattedName": "Asha Patel"
       *         },
       *         "phones": [
       *           {
       *             "phone": "+918899332211",
       *             "type": "CELL"
       *           }
       *         ]
       *       }
       *     ]
       */
      contacts: components['schemas']['ContactCard'][];
    };
    ContactCard: {
      /** @description A bare string is read as the formattedName. */
      name: components['schemas']['ContactName'];
      /** @description A bare string is read as the phone of an entry. */
      phones?: components['schemas']['ContactPhone'][];
      /** @description A bare string is read as the email of an entry. */
      emails?: components['schemas']['ContactEmail'][];
      urls?: components['schemas']['ContactUrl'][];
      addresses?: components['schemas']['ContactAddress'][];
      org?: components['schemas']['ContactOrganization'];
      birthday?: string;
    };
    ContactName: {
      /** @description The whole name as it is shown. */
      formattedName: string;
      firstName?: string;
      lastName?: string;
      middleName?: string;
      prefix?: string;
      suffix?: string;
    };
    ContactPhone: {
      phone: string;
      /** @example CELL */
      type?: string;
      /** @description The digits of a WhatsApp number: shows a button to write to it. */
      waId?: string;
    };
    ContactEmail: {
      email: string;
      /** @example WORK */
      type?: string;
    };
    ContactUrl: {
      url: string;
      /** @example WORK */
      type?: string;
    };
    ContactAddress: {
      street?: string;
      city?: string;
      state?: string;
      zip?: string;
      country?: string;
      /** @example IN */
      countryCode?: string;
      /** @example HOME */
      type?: string;
    };
    ContactOrganization: {
      company?: string;
      department?: string;
      title?: string;
    };
    SendBatch: {
      /**
       * @description Each has a `kind` and the fields of that send. An interactive one has the kind of its card: buttons, list or cta_url.
       * @example [
       *       {
       *         "kind": "text",
       *         "to": "+918899332211",
       *         "body": "Hi! Your order #1043 has shipped."
       *       },
       *       {
       *         "kind": "media",
       *         "to": "+918899332211",
       *         "type": "image",
       *         "link": "https://example.com/catalogue.jpg"
       *       }
       *     ]
       */
      messages: (
        | ({
            /** @enum {unknown} */
            kind: 'text';
          } & components['schemas']['SendText'])
        | ({
            /** @enum {unknown} */
            kind: 'template';
          } & components['schemas']['SendTemplate'])
        | ({
            /** @enum {unknown} */
            kind: 'media';
          } & components['schemas']['SendMedia'])
        | components['schemas']['SendInteractive']
        | ({
            /** @enum {unknown} */
            kind: 'location';
          } & components['schemas']['SendLocation'])
        | ({
            /** @enum {unknown} */
            kind: 'reaction';
          } & components['schemas']['SendReaction'])
        | ({
            /** @enum {unknown} */
            kind: 'contacts';
          } & components['schemas']['SendContacts'])
      )[];
    };
    BatchReceipt: {
      results: components['schemas']['BatchRow'][];
    };
    BatchRow: {
      /** @description Its place in the batch, from 0. */
      index: number;
      id?: string;
      /** @enum {string} */
      status?: 'accepted';
      error?: components['schemas']['RowProblem'];
    };
    RowProblem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      /** @example service_window_closed */
      code: string;
      /** @description The faults of fields; pointers are relative to the batch. */
      errors?: {
        [key: string]: unknown;
      }[];
      /** @description The message, which may have been accepted nevertheless. */
      messageId?: string;
    };
    MessageView: {
      id: string;
      wamid: string | null;
      /** @enum {string} */
      direction: 'in' | 'out';
      /**
       * @description What it was sent from, if not from WBIZ.
       * @enum {string}
       */
      source?: 'business_app';
      /** @example text */
      kind: string;
      /** @description The text of the message, if it has one. */
      body: string | null;
      /** @description The rest of the content. */
      payload: {
        [key: string]: unknown;
      } | null;
      /** @enum {string} */
      status: 'accepted' | 'outcome_unknown' | 'sent' | 'failed' | 'delivered' | 'read' | 'received';
      error: {
        [key: string]: unknown;
      } | null;
      mediaId: string | null;
      /** @description The quoted message: its wamid, or its id as given in the send. */
      replyTo: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      statusAt: string;
      to: string | null;
      from: string | null;
      conversationId: string;
      phoneNumberId: string;
      metadata: {
        [key: string]: string;
      } | null;
      campaignId: string | null;
      history: components['schemas']['StatusChange'][];
    };
    StatusChange: {
      /** @enum {string} */
      status: 'accepted' | 'outcome_unknown' | 'sent' | 'failed' | 'delivered' | 'read' | 'received';
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
      error?: {
        [key: string]: unknown;
      };
    };
    ReadMessage: {
      /** @description Whether to show the person that an answer is being typed. */
      typing?: boolean;
    };
    ConversationView: {
      id: string;
      contact: components['schemas']['ConversationContact'];
      /** @enum {string} */
      channel: 'whatsapp';
      phoneNumberId: string;
      /** @enum {string} */
      status: 'open' | 'closed';
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      lastMessageAt: string;
      lastMessagePreview: string | null;
      unreadCount: number;
      /**
       * Format: date-time
       * @description Until when messages other than templates can be sent; null: the person never wrote.
       * @example 2026-11-22T10:15:30.000Z
       */
      windowExpiresAt: string | null;
      assignee: string | null;
    };
    ConversationContact: {
      id: string;
      /** @description Null for a person without a phone number. */
      phone: string | null;
      /** @description Meta's user id, where there is no phone number. */
      userId?: string;
      /** @description The contact's name; if there is none, the person's name on WhatsApp. */
      name: string | null;
    };
    UpdateConversation: {
      /**
       * @example closed
       * @enum {string}
       */
      status?: 'open' | 'closed';
      /** @description Who answers, by any name you use; null: nobody. */
      assignee?: string | null;
    };
    ConversationMessage: {
      id: string;
      wamid: string | null;
      /** @enum {string} */
      direction: 'in' | 'out';
      /**
       * @description What it was sent from, if not from WBIZ.
       * @enum {string}
       */
      source?: 'business_app';
      /** @example text */
      kind: string;
      /** @description The text of the message, if it has one. */
      body: string | null;
      /** @description The rest of the content. */
      payload: {
        [key: string]: unknown;
      } | null;
      /** @enum {string} */
      status: 'accepted' | 'outcome_unknown' | 'sent' | 'failed' | 'delivered' | 'read' | 'received';
      error: {
        [key: string]: unknown;
      } | null;
      mediaId: string | null;
      /** @description The quoted message: its wamid, or its id as given in the send. */
      replyTo: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      statusAt: string;
    };
    CreateContact: {
      /**
       * @description Required unless userId is given.
       * @example +918899332211
       */
      phone?: string;
      /** @description Meta's user id of a person, e.g. IN.1234567890; with a phone number, both are one person. */
      userId?: string;
      /** @example Gaurav */
      name?: string | null;
      email?: string | null;
      /**
       * @description Tags to add.
       * @example [
       *       "lead",
       *       "vip"
       *     ]
       */
      tags?: string[];
      /**
       * @description Values to set; an undefined key is defined as text; null removes a value.
       * @example {
       *       "city": "Ahmedabad"
       *     }
       */
      customFields?: {
        [key: string]: unknown;
      };
      /**
       * @description false: the person does not want to be written to.
       * @example true
       */
      optedIn?: boolean;
    };
    BulkContacts: {
      /**
       * @example [
       *       {
       *         "phone": "+918899332211",
       *         "name": "Gaurav",
       *         "tags": [
       *           "customer"
       *         ]
       *       }
       *     ]
       */
      contacts: components['schemas']['CreateContact'][];
      /**
       * @description Tags for every row.
       * @example [
       *       "imported"
       *     ]
       */
      defaultTags?: string[];
      /**
       * @description Default of optedIn for rows that create a contact.
       * @example false
       */
      defaultOptedIn?: boolean;
    };
    BulkReceipt: {
      results: components['schemas']['BulkRow'][];
      created: number;
      updated: number;
      skipped: number;
    };
    BulkRow: {
      index: number;
      phone: string | null;
      id: string | null;
      /** @enum {string} */
      result: 'created' | 'updated' | 'skipped';
      /** @description Why a row was skipped. */
      reason: string | null;
    };
    UpdateContact: {
      name?: string | null;
      email?: string | null;
      /**
       * @description Replaces all tags.
       * @example [
       *       "customer"
       *     ]
       */
      tags?: string[];
      /** @description Values to set; null removes one, omitted fields stay. */
      customFields?: {
        [key: string]: unknown;
      };
      /**
       * @description false: the person does not want to be written to.
       * @example true
       */
      optedIn?: boolean;
    };
    ContactChange: {
      /** @enum {string} */
      type: 'created' | 'updated' | 'changed_number' | 'opted_out' | 'merged';
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
      /** @description The API key that did it; `console`: somebody in the console; null: it came about by itself. */
      by: string | null;
      /** @description For an update: the fields that changed. */
      changed: string[];
      /**
       * @description If the opt-in was given or withdrawn: how.
       * @enum {string|null}
       */
      how: 'api' | 'import' | 'stop_word' | 'start_word' | 'user_preferences' | 'refused_by_meta' | null;
      /** @description The contact as it was then. */
      contact: components['schemas']['ContactView'] | null;
      /** @description For a changed number: the person's former number. */
      formerPhone?: string;
    };
    TagView: {
      /** @example vip */
      name: string;
      /** @description How many contacts have it. */
      contactCount: number;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
    };
    Removal: {
      /** @example vip */
      name: string;
      /** @description Contacts that had it. */
      total: number;
      /** @description Contacts that still have it. */
      remaining: number;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      deletedAt: string;
    };
    CreateTag: {
      /** @example vip */
      name: string;
    };
    CustomFieldView: {
      /** @example city */
      key: string;
      /** @example City */
      label: string;
      /** @enum {string} */
      type: 'text' | 'number' | 'date' | 'boolean' | 'select';
      /** @description For a select: the options; else null. */
      options: string[] | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
    };
    CreateCustomField: {
      /** @example city */
      key: string;
      /**
       * @description Default: the key.
       * @example City
       */
      label?: string;
      /**
       * @example text
       * @enum {string}
       */
      type: 'text' | 'number' | 'date' | 'boolean' | 'select';
      /** @description Required for a select. */
      options?: string[];
    };
    TemplateView: {
      id: string;
      /** @description Meta's id. */
      metaId: string | null;
      /** @example order_confirmation */
      name: string;
      /** @example en_US */
      language: string;
      /** @example UTILITY */
      category: string;
      /** @enum {string} */
      status: 'draft' | 'pending' | 'approved' | 'rejected' | 'paused' | 'disabled';
      rejectionReason: string | null;
      /** @example GREEN */
      qualityScore: string | null;
      /** @description Meta's components: HEADER, BODY, FOOTER, BUTTONS … */
      components: {
        [key: string]: unknown;
      }[];
      /** @enum {string} */
      parameterFormat: 'POSITIONAL' | 'NAMED';
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      updatedAt: string;
    };
    CreateTemplate: {
      /**
       * @description Lower-case letters, digits and underscores.
       * @example order_shipped
       */
      name: string;
      /** @example en_US */
      language: string;
      /**
       * @example UTILITY
       * @enum {string}
       */
      category: 'MARKETING' | 'UTILITY' | 'AUTHENTICATION';
      /**
       * @description Meta's components: HEADER, BODY, FOOTER, BUTTONS, CAROUSEL, LIMITED_TIME_OFFER. The sample of a media header may be the id of uploaded media (med_…) or an https link.
       * @example [
       *       {
       *         "type": "BODY",
       *         "text": "Hi {{1}}, order {{2}} is on its way.",
       *         "example": {
       *           "body_text": [
       *             [
       *               "Gaurav",
       *               "#1043"
       *             ]
       *           ]
       *         }
       *       }
       *     ]
       */
      components: {
        [key: string]: unknown;
      }[];
      /**
       * @description NAMED for {{first_name}}; default POSITIONAL.
       * @enum {string}
       */
      parameterFormat?: 'POSITIONAL' | 'NAMED';
      /** @description How long Meta tries to deliver, in seconds: AUTHENTICATION 30 to 900, UTILITY 30 to 43200, MARKETING 43200 to 2592000; -1 means 30 days. */
      messageSendTtlSeconds?: number;
      /** @description false keeps it as a draft; default true. */
      submit?: boolean;
    };
    UpdateTemplate: {
      /**
       * @description Meta's components: HEADER, BODY, FOOTER, BUTTONS, CAROUSEL, LIMITED_TIME_OFFER. The sample of a media header may be the id of uploaded media (med_…) or an https link.
       * @example [
       *       {
       *         "type": "BODY",
       *         "text": "Hi {{1}}, order {{2}} is on its way.",
       *         "example": {
       *           "body_text": [
       *             [
       *               "Gaurav",
       *               "#1043"
       *             ]
       *           ]
       *         }
       *       }
       *     ]
       */
      components?: {
        [key: string]: unknown;
      }[];
      /** @enum {string} */
      category?: 'MARKETING' | 'UTILITY' | 'AUTHENTICATION';
      /** @description How long Meta tries to deliver, in seconds: AUTHENTICATION 30 to 900, UTILITY 30 to 43200, MARKETING 43200 to 2592000; -1 means 30 days. */
      messageSendTtlSeconds?: number;
      /** @description true submits a draft; of a template that Meta has, every change is submitted. */
      submit?: boolean;
    };
    TemplatePreview: {
      header?: components['schemas']['RenderedHeader'];
      body?: string;
      buttons: components['schemas']['RenderedButton'][];
      footer?: string;
      /** @description The title of a limited-time offer. */
      offer?: string;
      cards?: components['schemas']['RenderedCard'][];
      faults: components['schemas']['PreviewFault'][];
    };
    RenderedHeader: {
      /**
       * @description TEXT, IMAGE, VIDEO, DOCUMENT or LOCATION.
       * @example TEXT
       */
      format: string;
      text?: string;
    };
    RenderedButton: {
      /** @example URL */
      type: string;
      label: string;
      url?: string;
      phoneNumber?: string;
      /** @description The text that a tap copies. */
      code?: string;
    };
    RenderedCard: {
      header?: components['schemas']['RenderedHeader'];
      body?: string;
      buttons: components['schemas']['RenderedButton'][];
    };
    PreviewFault: {
      /**
       * @description A JSON Pointer into the body of a send.
       * @example /variables
       */
      pointer: string;
      /** @example template_variables_mismatch */
      code: string;
      detail: string;
    };
    TemplateSyncResult: {
      total: number;
      created: number;
      updated: number;
      removed: number;
    };
    FlowView: {
      id: string;
      /** @description Meta's id. */
      metaId: string;
      /** @example appointment_booking */
      name: string;
      /** @enum {string} */
      status: 'draft' | 'published' | 'throttled' | 'blocked' | 'deprecated';
      /**
       * @description In Meta's words.
       * @example [
       *       "APPOINTMENT_BOOKING"
       *     ]
       */
      categories: string[];
      /**
       * Format: date-time
       * @description When WBIZ last saw it change.
       * @example 2026-11-22T10:15:30.000Z
       */
      updatedAt: string;
    };
    SendFlow: {
      /**
       * @description A phone number with its country code in any form, or a WhatsApp user id.
       * @example +918899332211
       */
      to: string;
      /** @description Phone number id to send from; default the account's default. */
      from?: string;
      /** @description The message this one quotes: its wamid or msg id. */
      replyTo?: string;
      /** @description Up to 10 string pairs, returned in events. */
      metadata?: {
        [key: string]: string;
      };
      /** @example Book your appointment in a few taps. */
      bodyText: string;
      /**
       * @description The label of the button.
       * @example Book now
       */
      ctaText: string;
      header?: string;
      footer?: string;
      /** @description Returned with the answer and sent to the flow's endpoint if it has one; default: a secret one made by WBIZ. */
      flowToken?: string;
      /**
       * @description navigate (the default) opens `screen`; data_exchange lets the flow's endpoint choose the screen.
       * @enum {string}
       */
      action?: 'navigate' | 'data_exchange';
      /** @description The screen that opens; the first of the flow if left out. */
      screen?: string;
      /** @description Data for the screen that opens. */
      data?: {
        [key: string]: unknown;
      };
      /**
       * @description draft also sends a flow that is still a draft.
       * @enum {string}
       */
      mode?: 'draft' | 'published';
    };
    MediaView: {
      /** @example med_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E */
      id: string;
      /** @description The same as `id`: what sends and template headers take. */
      mediaId: string;
      /**
       * @description Detected from the bytes; the declared type is ignored.
       * @example image/jpeg
       */
      mimeType: string;
      /** @description Bytes. */
      size: number;
      /** @description SHA-256 of the bytes, in hexadecimal. */
      sha256: string;
      /** @example catalogue.jpg */
      filename: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @description When Meta's copy expires; null while Meta has none. The media itself stays until it is deleted, and is uploaded to Meta again when needed.
       * @example 2026-11-22T10:15:30.000Z
       */
      expiresAt: string | null;
    };
    QuickReplyView: {
      id: string;
      /** @example /hours */
      shortcut: string;
      /** @example Store hours */
      title: string;
      /** @example We are open 10am to 8pm, Monday to Saturday. */
      body: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      updatedAt: string;
    };
    CreateQuickReply: {
      /** @example /hours */
      shortcut: string;
      /** @example Store hours */
      title: string;
      /** @example We are open 10am to 8pm, Monday to Saturday. */
      body: string;
    };
    UpdateQuickReply: {
      /** @example /hours */
      shortcut?: string;
      /** @example Store hours */
      title?: string;
      /** @example We are open 10am to 8pm, Monday to Saturday. */
      body?: string;
    };
    PresetView: {
      id: string;
      /** @description Your name for it; recipients do not see it. */
      name: string | null;
      /**
       * @example buttons
       * @enum {string}
       */
      kind: 'buttons' | 'list' | 'cta_url';
      /**
       * @description At most 1024 characters for kinds buttons and cta_url.
       * @example Reply to confirm your order.
       */
      body: string;
      /** @description A bare string is read as a header of type text. */
      header?: components['schemas']['InteractiveHeader'];
      footer?: string;
      /**
       * @description Kind buttons. Ids and titles are unique.
       * @example [
       *       {
       *         "id": "yes",
       *         "title": "Confirm"
       *       },
       *       {
       *         "id": "no",
       *         "title": "Cancel"
       *       }
       *     ]
       */
      buttons?: components['schemas']['ReplyButton'][];
      /** @description Kind list: what opens the list. */
      button?: string;
      /** @description Kind list: at most 10 rows in all, with unique ids. */
      sections?: components['schemas']['ListSection'][];
      /** @description Kind cta_url: the label of the button. */
      displayText?: string;
      /** @description Kind cta_url: what the button opens. */
      url?: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      updatedAt: string;
    };
    CreatePreset: {
      /**
       * @example buttons
       * @enum {string}
       */
      kind: 'buttons' | 'list' | 'cta_url';
      /**
       * @description At most 1024 characters for kinds buttons and cta_url.
       * @example Reply to confirm your order.
       */
      body: string;
      /** @description A bare string is read as a header of type text. */
      header?: components['schemas']['InteractiveHeader'];
      footer?: string;
      /**
       * @description Kind buttons. Ids and titles are unique.
       * @example [
       *       {
       *         "id": "yes",
       *         "title": "Confirm"
       *       },
       *       {
       *         "id": "no",
       *         "title": "Cancel"
       *       }
       *     ]
       */
      buttons?: components['schemas']['ReplyButton'][];
      /** @description Kind list: what opens the list. */
      button?: string;
      /** @description Kind list: at most 10 rows in all, with unique ids. */
      sections?: components['schemas']['ListSection'][];
      /** @description Kind cta_url: the label of the button. */
      displayText?: string;
      /** @description Kind cta_url: what the button opens. */
      url?: string;
      /** @description Your name for it; recipients do not see it. */
      name?: string | null;
    };
    UpdatePreset: {
      /**
       * @example buttons
       * @enum {string}
       */
      kind?: 'buttons' | 'list' | 'cta_url';
      /**
       * @description At most 1024 characters for kinds buttons and cta_url.
       * @example Reply to confirm your order.
       */
      body?: string;
      /** @description A bare string is read as a header of type text. */
      header?: components['schemas']['InteractiveHeader'] | null;
      footer?: string | null;
      /**
       * @description Kind buttons. Ids and titles are unique.
       * @example [
       *       {
       *         "id": "yes",
       *         "title": "Confirm"
       *       },
       *       {
       *         "id": "no",
       *         "title": "Cancel"
       *       }
       *     ]
       */
      buttons?: components['schemas']['ReplyButton'][] | null;
      /** @description Kind list: what opens the list. */
      button?: string | null;
      /** @description Kind list: at most 10 rows in all, with unique ids. */
      sections?: components['schemas']['ListSection'][] | null;
      /** @description Kind cta_url: the label of the button. */
      displayText?: string | null;
      /** @description Kind cta_url: what the button opens. */
      url?: string | null;
      /** @description Your name for it; recipients do not see it. */
      name?: string | null;
    };
    SendPreset: {
      /**
       * @description A phone number with its country code in any form, or a WhatsApp user id.
       * @example +918899332211
       */
      to: string;
      /** @description Phone number id to send from; default the account's default. */
      from?: string;
      /** @description The message this one quotes: its wamid or msg id. */
      replyTo?: string;
      /** @description Up to 10 string pairs, returned in events. */
      metadata?: {
        [key: string]: string;
      };
    };
    CampaignView: {
      id: string;
      /** @example Diwali offer */
      name: string;
      /** @enum {string} */
      status: 'scheduled' | 'running' | 'paused' | 'completed' | 'cancelled' | 'failed';
      /**
       * @description Why it is paused or failed.
       * @enum {string|null}
       */
      reason:
        | 'requested'
        | 'missed_start'
        | 'not_entitled'
        | 'account_suspended'
        | 'phone_number_not_found'
        | 'messaging_limit'
        | 'throttled_by_meta'
        | 'first_sends_failed'
        | 'sends_failed'
        | 'template_not_found'
        | 'template_not_approved'
        | null;
      /** @description The reason in words. */
      detail: string | null;
      /**
       * Format: date-time
       * @description When it resumes by itself; null: when the reason is gone, or somebody resumes it.
       * @example 2026-11-22T10:15:30.000Z
       */
      resumesAt: string | null;
      template: components['schemas']['CampaignTemplate'];
      audience: components['schemas']['Audience'];
      schedule: components['schemas']['Schedule'];
      phoneNumberId: string;
      /** @description Maximum messages per second; default: as fast as Meta allows the phone number. */
      ratePerSecond: number | null;
      counts: components['schemas']['CampaignCounts'];
      /**
       * Format: date-time
       * @description While it runs: when it is expected to end at its current pace.
       * @example 2026-11-22T10:15:30.000Z
       */
      expectedEndAt: string | null;
      /**
       * Format: date-time
       * @description The instant at which it starts or was to start.
       * @example 2026-11-22T10:15:30.000Z
       */
      startsAt: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      startedAt: string | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      finishedAt: string | null;
    };
    CampaignTemplate: {
      /** @example diwali_offer */
      name: string;
      /** @example en_US */
      language: string;
      /**
       * @description A list for {{1}}, {{2}} …; an object for named variables.
       * @example [
       *       "Gaurav",
       *       "#1043"
       *     ]
       */
      variables?:
        | string[]
        | {
            [key: string]: string;
          };
      /** @description The id of uploaded media for a media header. */
      headerMediaId?: string;
      /** @description A public link for a media header. */
      headerLink?: string;
      /** @description File name of a document in a header; default: the name of the upload, or the end of the path of its link. */
      headerFilename?: string;
      /** @description The place in a location header. */
      headerLocation?: components['schemas']['HeaderLocation'];
      /**
       * Format: date-time
       * @description When a limited-time offer ends.
       */
      offerExpiresAt?: string;
      /** @description One value per button that takes one, in order of the buttons: the end of a link, or a code. A one-time password goes into its button by itself. */
      buttonVariables?:
        | string[]
        | {
            [key: string]: string;
          };
      /** @description Other values for single buttons. */
      buttons?: components['schemas']['TemplateButton'][];
      /** @description The cards of a carousel: as many as in the template, in the same order. */
      cards?: components['schemas']['TemplateCard'][];
    };
    Audience: {
      /**
       * @example tags
       * @enum {string}
       */
      kind: 'tags' | 'contacts' | 'segment' | 'all';
      /**
       * @description For kind tags.
       * @example [
       *       "customer"
       *     ]
       */
      tags?: string[];
      /**
       * @description For kinds tags and segment: whether any or all must match. Default for a segment: all.
       * @default any
       * @enum {string}
       */
      match?: 'any' | 'all';
      /** @description Contacts with any of these tags are left out. */
      exclude?: string[];
      /** @description For kind contacts: their ids. */
      contacts?: string[];
      /** @description For kind segment. */
      filters?: components['schemas']['SegmentFilter'][];
    };
    SegmentFilter: {
      /**
       * @description name, phone, email, source, createdAt, updatedAt or customFields.<key>.
       * @example customFields.city
       */
      field: string;
      /**
       * @example eq
       * @enum {string}
       */
      operator:
        | 'eq'
        | 'ne'
        | 'in'
        | 'contains'
        | 'starts_with'
        | 'gt'
        | 'gte'
        | 'lt'
        | 'lte'
        | 'is_set'
        | 'is_not_set';
      /**
       * @description The value to compare with; for `in` a list.
       * @example Ahmedabad
       */
      value?: string | number | boolean | (string | number | boolean)[];
    };
    Schedule: {
      /**
       * @example now
       * @enum {string}
       */
      mode: 'now' | 'at';
      /** @description For mode at: an RFC 3339 time in the future, at most a year ahead; with `timeZone` a local time there. A local time that the clocks skip moves forward by as much as they do; of one that occurs twice, the first counts. */
      sendAt?: string;
      /** @description An IANA time zone, e.g. Asia/Kolkata. */
      timeZone?: string;
    };
    CreateCampaign: {
      /** @example Diwali offer */
      name: string;
      /**
       * @example {
       *       "name": "diwali_offer",
       *       "language": "en_US"
       *     }
       */
      template: components['schemas']['CampaignTemplate'];
      /**
       * @example {
       *       "kind": "tags",
       *       "tags": [
       *         "customer"
       *       ]
       *     }
       */
      audience: components['schemas']['Audience'];
      /**
       * @description Default: now.
       * @example {
       *       "mode": "now"
       *     }
       */
      schedule?: components['schemas']['Schedule'];
      /** @description Maximum messages per second; default: as fast as Meta allows the phone number. */
      ratePerSecond?: number;
      /** @description Phone number id to send from; default the account's default. */
      from?: string;
    };
    PreviewAudience: {
      /**
       * @example {
       *       "kind": "tags",
       *       "tags": [
       *         "customer"
       *       ]
       *     }
       */
      audience: components['schemas']['Audience'];
      /** @description If given, the answer includes the plan. */
      template?: components['schemas']['CampaignTemplate'];
      /** @description The phone number id to send from; if given, the answer includes the plan. */
      from?: string;
      /** @description Maximum messages per second; default: as fast as Meta allows the phone number. */
      ratePerSecond?: number;
    };
    AudiencePreview: {
      total: number;
      optedIn: number;
      sample: components['schemas']['ContactView'][];
      plan?: components['schemas']['CampaignPlan'];
    };
    CampaignPlan: {
      /** @description Contacts that would get it. */
      eligible: number;
      /** @description Contacts that would not get it, by the first reason that applies. over_limit: beyond Meta's limit of people in 24 hours. */
      leftOut: components['schemas']['LeftOut'];
      /**
       * Format: date-time
       * @description When it would end at the phone number's pace; null: nobody is eligible.
       * @example 2026-11-22T10:15:30.000Z
       */
      expectedEndAt: string | null;
    };
    LeftOut: {
      opted_out: number;
      no_number: number;
      variable_missing: number;
      template_not_approved: number;
      over_limit: number;
    };
    UpdateCampaign: {
      /** @example Diwali offer */
      name?: string;
      /**
       * @example {
       *       "name": "diwali_offer",
       *       "language": "en_US"
       *     }
       */
      template?: components['schemas']['CampaignTemplate'];
      /**
       * @example {
       *       "kind": "tags",
       *       "tags": [
       *         "customer"
       *       ]
       *     }
       */
      audience?: components['schemas']['Audience'];
      /**
       * @description Default: now.
       * @example {
       *       "mode": "now"
       *     }
       */
      schedule?: components['schemas']['Schedule'] | null;
      /** @description Maximum messages per second; default: as fast as Meta allows the phone number. */
      ratePerSecond?: number | null;
      /** @description Phone number id to send from; default the account's default. */
      from?: string | null;
    };
    CampaignProgress: {
      data: components['schemas']['CampaignPoint'][];
    };
    CampaignPoint: {
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
      /** @enum {string} */
      status: 'scheduled' | 'running' | 'paused' | 'completed' | 'cancelled' | 'failed';
      counts: components['schemas']['CampaignCounts'];
    };
    RetryFailed: {
      /** @description Only sends that failed with these codes, Meta's or ours. Default: all that may succeed now. `outcome_unknown` is retried only if it is named, since the message may have arrived. */
      codes?: string[];
    };
    RecipientView: {
      contactId: string;
      /** @description The phone number, or the WhatsApp user id. */
      to: string | null;
      /** @enum {string} */
      status: 'queued' | 'held' | 'sent' | 'delivered' | 'read' | 'failed' | 'skipped';
      /**
       * @description Why it was skipped; null if it was not.
       * @enum {string|null}
       */
      reason:
        'opted_out' | 'no_number' | 'variable_missing' | 'merged' | 'cancelled' | 'campaign_failed' | null;
      /** @description Why it failed; null if it did not. */
      error: components['schemas']['MessageError'] | null;
      /** @description The message; null while there is none. */
      messageId: string | null;
      /** @description How many messages were made for it. */
      attempt: number;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      statusAt: string | null;
    };
    MessageError: {
      /** @example rejected_by_meta */
      code: string;
      message: string;
      /** @description Meta's error code. */
      metaCode?: number;
      /** @description Meta's error subcode. */
      metaSubcode?: number;
      /** @description Meta's details. */
      details?: string;
    };
    WebhookView: {
      id: string;
      /** @example https://your-app.com/webhooks/wbiz */
      url: string;
      /** @description Types of events; `*` for all, including future ones. */
      events: (
        | '*'
        | 'message.received'
        | 'message.status'
        | 'message.echoed'
        | 'conversation.opened'
        | 'conversation.closed'
        | 'contact.created'
        | 'contact.updated'
        | 'contact.opted_out'
        | 'template.status'
        | 'campaign.status'
        | 'account.status'
        | 'phone_number.quality'
        | 'webhook.disabled'
      )[];
      active: boolean;
      /**
       * @description failing: paused after failures in a row, and probed; disabled: switched off by us.
       * @enum {string}
       */
      status: 'active' | 'failing' | 'inactive' | 'disabled';
      /** @description Why it was disabled. */
      reason: string | null;
      /** @description A note of your own. */
      description: string | null;
      /** @description The names of your own headers. */
      headerNames: string[];
      /** @description Deliveries per second at most; null: no limit. */
      ratePerSecond: number | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      updatedAt: string;
    };
    CreateWebhook: {
      /** @example https://your-app.com/webhooks/wbiz */
      url: string;
      /**
       * @description Types of events; `*` for all, including future ones.
       * @example [
       *       "message.received",
       *       "message.status"
       *     ]
       */
      events: (
        | '*'
        | 'message.received'
        | 'message.status'
        | 'message.echoed'
        | 'conversation.opened'
        | 'conversation.closed'
        | 'contact.created'
        | 'contact.updated'
        | 'contact.opted_out'
        | 'template.status'
        | 'campaign.status'
        | 'account.status'
        | 'phone_number.quality'
        | 'webhook.disabled'
      )[];
      /** @description A note of your own. */
      description?: string;
      /** @description Your own headers, sent with every delivery; stored sealed and never shown again. Headers of the signature, the body and the connection are reserved. */
      headers?: {
        [key: string]: string;
      };
      /** @description Deliveries per second at most; null: no limit. */
      ratePerSecond?: number;
      /**
       * Format: date-time
       * @description Starts with the events since this time; default: with the next event.
       */
      since?: string;
    };
    WebhookWithSecret: {
      id: string;
      /** @example https://your-app.com/webhooks/wbiz */
      url: string;
      /** @description Types of events; `*` for all, including future ones. */
      events: (
        | '*'
        | 'message.received'
        | 'message.status'
        | 'message.echoed'
        | 'conversation.opened'
        | 'conversation.closed'
        | 'contact.created'
        | 'contact.updated'
        | 'contact.opted_out'
        | 'template.status'
        | 'campaign.status'
        | 'account.status'
        | 'phone_number.quality'
        | 'webhook.disabled'
      )[];
      active: boolean;
      /**
       * @description failing: paused after failures in a row, and probed; disabled: switched off by us.
       * @enum {string}
       */
      status: 'active' | 'failing' | 'inactive' | 'disabled';
      /** @description Why it was disabled. */
      reason: string | null;
      /** @description A note of your own. */
      description: string | null;
      /** @description The names of your own headers. */
      headerNames: string[];
      /** @description Deliveries per second at most; null: no limit. */
      ratePerSecond: number | null;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      updatedAt: string;
      /**
       * @description `whsec_` and base64, as Standard Webhooks has it.
       * @example whsec_…
       */
      secret: string;
    };
    UpdateWebhook: {
      url?: string;
      /** @description Types of events; `*` for all, including future ones. */
      events?: (
        | '*'
        | 'message.received'
        | 'message.status'
        | 'message.echoed'
        | 'conversation.opened'
        | 'conversation.closed'
        | 'contact.created'
        | 'contact.updated'
        | 'contact.opted_out'
        | 'template.status'
        | 'campaign.status'
        | 'account.status'
        | 'phone_number.quality'
        | 'webhook.disabled'
      )[];
      /** @example false */
      active?: boolean;
      /**
       * @description With `active: true`: resume where it stopped (the default), or from now.
       * @enum {string}
       */
      resumeFrom?: 'cursor' | 'now';
      /** @description A note of your own. */
      description?: string | null;
      /** @description Your own headers, sent with every delivery; stored sealed and never shown again. Headers of the signature, the body and the connection are reserved. */
      headers?: {
        [key: string]: string;
      } | null;
      /** @description Deliveries per second at most; null: no limit. */
      ratePerSecond?: number | null;
    };
    WebhookTestResult: {
      delivered: boolean;
      statusCode: number | null;
      durationMs: number;
      /** @description At most 20 kB of it. */
      responseBody: string | null;
      /** @description Why there was no answer. */
      error: string | null;
    };
    ReplayWebhook: {
      /**
       * Format: date-time
       * @description Events since then.
       * @example 2026-11-22T10:15:30.000Z
       */
      since: string;
      /**
       * Format: date-time
       * @description Events before then; default: now.
       */
      until?: string;
      /**
       * @description failed: only those given up; all (the default): delivered ones as well.
       * @enum {string}
       */
      only?: 'failed' | 'all';
    };
    ReplayView: {
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      since: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      until: string;
      /** @enum {string} */
      only: 'failed' | 'all';
      /** @enum {string} */
      status: 'accepted';
    };
    WebhookStats: {
      /** @description Events that wait, at most 100,000. */
      lagEvents: number;
      /** @description Age of the oldest of them. */
      lagSeconds: number;
      /** @description Deliveries to be retried. */
      pending: number;
      /** @description Deliveries given up. */
      failed: number;
      lastHour: components['schemas']['DeliveryStats'];
      lastDay: components['schemas']['DeliveryStats'];
      /** @description Replays under way. */
      replays: components['schemas']['ReplayProgress'][];
    };
    DeliveryStats: {
      attempts: number;
      /** @description Share of attempts that were answered with 2xx. */
      successRate: number | null;
      /** @description Milliseconds. */
      p50: number | null;
      /** @description Milliseconds. */
      p99: number | null;
    };
    ReplayProgress: {
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      since: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      until: string;
      /** @enum {string} */
      only: 'failed' | 'all';
      /** @description Events it has passed. */
      passed: number;
      /** @description Events up to the end of the feed at the time of the request. */
      total: number;
    };
    DeliveryView: {
      id: string;
      eventId: string;
      eventType: string;
      sequence: number;
      /** @enum {string} */
      status: 'succeeded' | 'pending' | 'failed';
      attempts: number;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      lastAttemptAt: string;
      /**
       * Format: date-time
       * @description When it is retried.
       * @example 2026-11-22T10:15:30.000Z
       */
      nextAttemptAt: string | null;
      statusCode: number | null;
      error: string | null;
    };
    DeliveryDetail: {
      id: string;
      eventId: string;
      eventType: string;
      sequence: number;
      /** @enum {string} */
      status: 'succeeded' | 'pending' | 'failed';
      attempts: number;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      lastAttemptAt: string;
      /**
       * Format: date-time
       * @description When it is retried.
       * @example 2026-11-22T10:15:30.000Z
       */
      nextAttemptAt: string | null;
      statusCode: number | null;
      error: string | null;
      attemptLog: components['schemas']['DeliveryAttempt'][];
      /** @description The body of each attempt; null once the event is no longer kept. */
      requestBody: string | null;
    };
    DeliveryAttempt: {
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      at: string;
      delivered: boolean;
      statusCode: number | null;
      error: string | null;
      durationMs: number;
      /** @description At most 20 kB of it. */
      responseBody: string | null;
    };
    EventPage: {
      data: components['schemas']['EventView'][];
      nextCursor: string;
    };
    EventView: {
      /** @example evt_01K9ZQ4T6V8X0Y2Z4A6B8C0D2E */
      id: string;
      sequence: number;
      /** @enum {string} */
      type:
        | 'message.received'
        | 'message.status'
        | 'message.echoed'
        | 'conversation.opened'
        | 'conversation.closed'
        | 'contact.created'
        | 'contact.updated'
        | 'contact.opted_out'
        | 'template.status'
        | 'campaign.status'
        | 'account.status'
        | 'phone_number.quality'
        | 'webhook.disabled';
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      data: {
        [key: string]: unknown;
      };
    };
    MeView: {
      key: components['schemas']['ApiKeyView'];
      account: components['schemas']['AccountSummary'];
      phoneNumbers: components['schemas']['PhoneNumberView'][];
    };
    ApiKeyView: {
      id: string;
      /** @example Order system */
      name: string;
      /** @example wa_7Q2M9KXT */
      prefix: string;
      scopes: (
        | 'messages:send'
        | 'messages:read'
        | 'templates:read'
        | 'templates:write'
        | 'contacts:read'
        | 'contacts:write'
        | 'inbox:read'
        | 'inbox:write'
        | 'webhooks:manage'
        | 'events:read'
        | 'tags:read'
        | 'tags:write'
        | 'fields:read'
        | 'fields:write'
        | 'quick_replies:read'
        | 'quick_replies:write'
        | 'interactive:write'
        | 'flows:read'
        | 'flows:write'
        | 'campaigns:read'
        | 'campaigns:write'
        | 'media:write'
      )[];
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      createdAt: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      expiresAt: string | null;
    };
    AccountSummary: {
      id: string;
      wabaId: string;
      /** @example Example Store */
      name: string;
      /** @enum {string} */
      status: 'active' | 'suspended' | 'disconnected';
    };
    PhoneNumberView: {
      /** @description Meta's id of the phone number. */
      id: string;
      /** @example +91 88000 00001 */
      displayPhoneNumber: string;
      /** @description As it was when the account was last connected. */
      verifiedName: string;
      /**
       * @description As it was when the account was last connected.
       * @example GREEN
       */
      qualityRating: string;
      /**
       * @description Meta's messaging limit tier.
       * @example TIER_2K
       */
      messagingLimit: string | null;
      /** @description Messages per second Meta allows this number. */
      throughput: number;
      isDefault: boolean;
    };
    AccountView: {
      id: string;
      /** @enum {string} */
      plan: 'starter' | 'growth' | 'scale' | 'unlimited';
      entitled: boolean;
      /** @enum {string} */
      status: 'active' | 'suspended' | 'disconnected';
      /**
       * Format: date-time
       * @description Null: there are no trials yet.
       * @example 2026-11-22T10:15:30.000Z
       */
      trialEndsAt: string | null;
      currentPeriod: components['schemas']['BillingPeriod'];
      limits: components['schemas']['AccountLimits'];
    };
    BillingPeriod: {
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      start: string;
      /**
       * Format: date-time
       * @example 2026-11-22T10:15:30.000Z
       */
      end: string;
      messagesSent: number;
      conversations: number;
    };
    AccountLimits: {
      /** @description Requests a minute; null: unlimited. */
      perMinute: number | null;
      /** @description Requests in 10 seconds; null: unlimited. */
      burst: number | null;
    };
  };
  responses: never;
  parameters: {
    /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
    IdempotencyKey: string;
    /** @description `respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta. */
    Prefer: string;
  };
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  sendText: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
        /** @description `respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta. */
        Prefer?: components['parameters']['Prefer'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "to": "+918899332211",
         *       "body": "Hi! Your order #1043 has shipped."
         *     }
         */
        'application/json': components['schemas']['SendText'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SendReceipt'];
        };
      };
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AsyncReceipt'];
        };
      };
    };
  };
  sendTemplate: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
        /** @description `respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta. */
        Prefer?: components['parameters']['Prefer'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "to": "+918899332211",
         *       "template": "order_confirmation",
         *       "language": "en_US",
         *       "variables": [
         *         "Gaurav",
         *         "#1043"
         *       ]
         *     }
         */
        'application/json': components['schemas']['SendTemplate'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SendReceipt'];
        };
      };
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AsyncReceipt'];
        };
      };
    };
  };
  sendMedia: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
        /** @description `respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta. */
        Prefer?: components['parameters']['Prefer'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "to": "+918899332211",
         *       "type": "image",
         *       "link": "https://example.com/catalogue.jpg",
         *       "caption": "This week's catalogue"
         *     }
         */
        'application/json': components['schemas']['SendMedia'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SendReceipt'];
        };
      };
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AsyncReceipt'];
        };
      };
    };
  };
  sendInteractive: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
        /** @description `respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta. */
        Prefer?: components['parameters']['Prefer'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "to": "+918899332211",
         *       "kind": "buttons",
         *       "body": "Reply to confirm your order.",
         *       "buttons": [
         *         {
         *           "id": "yes",
         *           "title": "Confirm"
         *         },
         *         {
         *           "id": "no",
         *           "title": "Cancel"
         *         }
         *       ]
         *     }
         */
        'application/json': components['schemas']['SendInteractive'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SendReceipt'];
        };
      };
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AsyncReceipt'];
        };
      };
    };
  };
  sendLocation: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
        /** @description `respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta. */
        Prefer?: components['parameters']['Prefer'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "to": "+918899332211",
         *       "latitude": 23.0225,
         *       "longitude": 72.5714,
         *       "name": "Our store",
         *       "address": "Ahmedabad, India"
         *     }
         */
        'application/json': components['schemas']['SendLocation'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SendReceipt'];
        };
      };
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AsyncReceipt'];
        };
      };
    };
  };
  sendReaction: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
        /** @description `respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta. */
        Prefer?: components['parameters']['Prefer'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "to": "+918899332211",
         *       "wamid": "wamid.HBgMOTE4ODk5MzMyMjExFQIAEhgUM0E3RTJDNDFCMDlENTg2RkExMDcA",
         *       "emoji": "👍"
         *     }
         */
        'application/json': components['schemas']['SendReaction'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SendReceipt'];
        };
      };
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AsyncReceipt'];
        };
      };
    };
  };
  sendContacts: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
        /** @description `respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta. */
        Prefer?: components['parameters']['Prefer'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "to": "+918899332211",
         *       "contacts": [
         *         {
         *           "name": {
         *             "formattedName": "Asha Patel"
         *           },
         *           "phones": [
         *             {
         *               "phone": "+918899332211",
         *               "type": "CELL"
         *             }
         *           ]
         *         }
         *       ]
         *     }
         */
        'application/json': components['schemas']['SendContacts'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SendReceipt'];
        };
      };
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AsyncReceipt'];
        };
      };
    };
  };
  sendBatch: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "messages": [
         *         {
         *           "kind": "text",
         *           "to": "+918899332211",
         *           "body": "Hi! Your order #1043 has shipped."
         *         },
         *         {
         *           "kind": "media",
         *           "to": "+918899332211",
         *           "type": "image",
         *           "link": "https://example.com/catalogue.jpg"
         *         }
         *       ]
         *     }
         */
        'application/json': components['schemas']['SendBatch'];
      };
    };
    responses: {
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BatchReceipt'];
        };
      };
    };
  };
  listMessages: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
        status?: 'accepted' | 'outcome_unknown' | 'sent' | 'failed' | 'delivered' | 'read' | 'received';
        /** @description Only what was sent to this person. */
        to?: string;
        /** @description Only what was created at this time or later. */
        since?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['MessageView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  getMessage: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessageView'];
        };
      };
    };
  };
  markMessageRead: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example {} */
        'application/json': components['schemas']['ReadMessage'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MessageView'];
        };
      };
    };
  };
  listConversations: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
        /** @description Only these; default: all. */
        status?: 'open' | 'closed';
        /** @description A part of the person's name or phone number. */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['ConversationView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  getConversation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConversationView'];
        };
      };
    };
  };
  updateConversation: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "status": "closed"
         *     }
         */
        'application/json': components['schemas']['UpdateConversation'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ConversationView'];
        };
      };
    };
  };
  listMessagesInAConversation: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['ConversationMessage'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  listContacts: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
        /** @description A part of the name, the phone number or the e-mail address, in any case. One or two letters match only the start of a word. */
        search?: string;
        /** @description Repeated: all of them. */
        tag?: string[];
        /** @description Only contacts that agreed to be written to, or only those that did not. */
        optedIn?: boolean;
        /** @description Only what was created or changed at this time or later. */
        updatedSince?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['ContactView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  createContact: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "phone": "+918899332211",
         *       "name": "Gaurav",
         *       "tags": [
         *         "lead",
         *         "vip"
         *       ],
         *       "customFields": {
         *         "city": "Ahmedabad"
         *       },
         *       "optedIn": true
         *     }
         */
        'application/json': components['schemas']['CreateContact'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ContactView'];
        };
      };
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ContactView'];
        };
      };
    };
  };
  bulkImport: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "contacts": [
         *         {
         *           "phone": "+918899332211",
         *           "name": "Gaurav",
         *           "tags": [
         *             "customer"
         *           ]
         *         }
         *       ],
         *       "defaultTags": [
         *         "imported"
         *       ],
         *       "defaultOptedIn": false
         *     }
         */
        'application/json': components['schemas']['BulkContacts'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['BulkReceipt'];
        };
      };
    };
  };
  getContact: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ContactView'];
        };
      };
    };
  };
  updateContact: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "tags": [
         *         "customer"
         *       ],
         *       "optedIn": true
         *     }
         */
        'application/json': components['schemas']['UpdateContact'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ContactView'];
        };
      };
    };
  };
  getContactHistory: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['ContactChange'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  listTags: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['TagView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
            removals: components['schemas']['Removal'][];
          };
        };
      };
    };
  };
  createTag: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "vip"
         *     }
         */
        'application/json': components['schemas']['CreateTag'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TagView'];
        };
      };
    };
  };
  deleteTag: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        name: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  listFields: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['CustomFieldView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
            removals: components['schemas']['Removal'][];
          };
        };
      };
    };
  };
  createField: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "key": "city",
         *       "label": "City",
         *       "type": "text"
         *     }
         */
        'application/json': components['schemas']['CreateCustomField'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CustomFieldView'];
        };
      };
    };
  };
  deleteField: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        key: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  listTemplates: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
        status?: 'draft' | 'pending' | 'approved' | 'rejected' | 'paused' | 'disabled';
        category?: string;
        language?: string;
        /** @description A part of the name. */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['TemplateView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  createTemplate: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "order_shipped",
         *       "language": "en_US",
         *       "category": "UTILITY",
         *       "components": [
         *         {
         *           "type": "BODY",
         *           "text": "Hi {{1}}, order {{2}} is on its way.",
         *           "example": {
         *             "body_text": [
         *               [
         *                 "Gaurav",
         *                 "#1043"
         *               ]
         *             ]
         *           }
         *         }
         *       ]
         *     }
         */
        'application/json': components['schemas']['CreateTemplate'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TemplateView'];
        };
      };
    };
  };
  getTemplate: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TemplateView'];
        };
      };
    };
  };
  deleteTemplate: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  updateTemplate: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "components": [
         *         {
         *           "type": "BODY",
         *           "text": "Hi {{1}}, order {{2}} is on its way.",
         *           "example": {
         *             "body_text": [
         *               [
         *                 "Gaurav",
         *                 "#1043"
         *               ]
         *             ]
         *           }
         *         }
         *       ]
         *     }
         */
        'application/json': components['schemas']['UpdateTemplate'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TemplateView'];
        };
      };
    };
  };
  previewTemplate: {
    parameters: {
      query?: {
        /** @description One parameter per value, or all values in JSON as in a send: `{"first_name":"Gaurav"}`. */
        variables?: string[];
        /** @description As in a send, in the same form. */
        buttonVariables?: string[];
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TemplatePreview'];
        };
      };
    };
  };
  syncTemplates: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['TemplateSyncResult'];
        };
      };
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  listFlows: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
        status?: 'draft' | 'published' | 'throttled' | 'blocked' | 'deprecated';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['FlowView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  getFlow: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['FlowView'];
        };
      };
    };
  };
  sendFlow: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
        /** @description `respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta. */
        Prefer?: components['parameters']['Prefer'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "to": "+918899332211",
         *       "bodyText": "Book your appointment in a few taps.",
         *       "ctaText": "Book now"
         *     }
         */
        'application/json': components['schemas']['SendFlow'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SendReceipt'];
        };
      };
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AsyncReceipt'];
        };
      };
    };
  };
  uploadMedia: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        'multipart/form-data': {
          /**
           * Format: binary
           * @description The only part of the form.
           */
          file: Blob;
        };
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MediaView'];
        };
      };
    };
  };
  getMedia: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MediaView'];
        };
      };
    };
  };
  deleteMedia: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  getMediaContent: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/octet-stream': Blob;
        };
      };
    };
  };
  listQuickReplies: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
        /** @description A part of the shortcut, the title or the body, in any case. */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['QuickReplyView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  createQuickReply: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "shortcut": "/hours",
         *       "title": "Store hours",
         *       "body": "We are open 10am to 8pm, Monday to Saturday."
         *     }
         */
        'application/json': components['schemas']['CreateQuickReply'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuickReplyView'];
        };
      };
    };
  };
  deleteQuickReply: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  updateQuickReply: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "shortcut": "/hours",
         *       "title": "Store hours",
         *       "body": "We are open 10am to 8pm, Monday to Saturday."
         *     }
         */
        'application/json': components['schemas']['UpdateQuickReply'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['QuickReplyView'];
        };
      };
    };
  };
  listPresets: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
        /** @description A part of the name or the body, in any case. */
        search?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['PresetView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  createPreset: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "kind": "buttons",
         *       "body": "How can we help?",
         *       "buttons": [
         *         {
         *           "id": "sales",
         *           "title": "Sales"
         *         },
         *         {
         *           "id": "support",
         *           "title": "Support"
         *         }
         *       ]
         *     }
         */
        'application/json': components['schemas']['CreatePreset'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PresetView'];
        };
      };
    };
  };
  getPreset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PresetView'];
        };
      };
    };
  };
  deletePreset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  updatePreset: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "body": "Pick an option to continue."
         *     }
         */
        'application/json': components['schemas']['UpdatePreset'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['PresetView'];
        };
      };
    };
  };
  sendPreset: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
        /** @description `respond-async`: answer 202 as soon as the message is accepted, without waiting for Meta. */
        Prefer?: components['parameters']['Prefer'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "to": "+918899332211"
         *     }
         */
        'application/json': components['schemas']['SendPreset'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['SendReceipt'];
        };
      };
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AsyncReceipt'];
        };
      };
    };
  };
  listCampaigns: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
        status?: 'scheduled' | 'running' | 'paused' | 'completed' | 'cancelled' | 'failed';
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['CampaignView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  createCampaign: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "name": "Diwali offer",
         *       "template": {
         *         "name": "diwali_offer",
         *         "language": "en_US"
         *       },
         *       "audience": {
         *         "kind": "tags",
         *         "tags": [
         *           "customer"
         *         ]
         *       },
         *       "schedule": {
         *         "mode": "now"
         *       }
         *     }
         */
        'application/json': components['schemas']['CreateCampaign'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignView'];
        };
      };
    };
  };
  audiencePreview: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "audience": {
         *         "kind": "tags",
         *         "tags": [
         *           "customer"
         *         ]
         *       }
         *     }
         */
        'application/json': components['schemas']['PreviewAudience'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AudiencePreview'];
        };
      };
    };
  };
  getCampaign: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignView'];
        };
      };
    };
  };
  updateCampaign: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "ratePerSecond": 20
         *     }
         */
        'application/json': components['schemas']['UpdateCampaign'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignView'];
        };
      };
    };
  };
  campaignProgress: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignProgress'];
        };
      };
    };
  };
  pauseCampaign: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignView'];
        };
      };
    };
  };
  resumeCampaign: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignView'];
        };
      };
    };
  };
  cancelCampaign: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignView'];
        };
      };
    };
  };
  retryFailedSends: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /** @example {} */
        'application/json': components['schemas']['RetryFailed'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['CampaignView'];
        };
      };
    };
  };
  listRecipients: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
        status?: 'queued' | 'held' | 'sent' | 'delivered' | 'read' | 'failed' | 'skipped';
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['RecipientView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
          'text/csv': string;
        };
      };
    };
  };
  listWebhooks: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['WebhookView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  createWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "url": "https://your-app.com/webhooks/wbiz",
         *       "events": [
         *         "message.received",
         *         "message.status"
         *       ]
         *     }
         */
        'application/json': components['schemas']['CreateWebhook'];
      };
    };
    responses: {
      /** @description Created. */
      201: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookWithSecret'];
        };
      };
    };
  };
  getWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookView'];
        };
      };
    };
  };
  deleteWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Done; there is no body. */
      204: {
        headers: {
          [name: string]: unknown;
        };
        content?: never;
      };
    };
  };
  updateWebhook: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "active": false
         *     }
         */
        'application/json': components['schemas']['UpdateWebhook'];
      };
    };
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookView'];
        };
      };
    };
  };
  testWebhook: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookTestResult'];
        };
      };
    };
  };
  rotateWebhookSecret: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookWithSecret'];
        };
      };
    };
  };
  replayWebhookEvents: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody: {
      content: {
        /**
         * @example {
         *       "since": "2026-11-22T10:15:30.000Z"
         *     }
         */
        'application/json': components['schemas']['ReplayWebhook'];
      };
    };
    responses: {
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['ReplayView'];
        };
      };
    };
  };
  webhookStatistics: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['WebhookStats'];
        };
      };
    };
  };
  listDeliveries: {
    parameters: {
      query?: {
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description nextCursor of the previous page. */
        cursor?: string;
        status?: 'succeeded' | 'pending' | 'failed';
        eventType?:
          | 'message.received'
          | 'message.status'
          | 'message.echoed'
          | 'conversation.opened'
          | 'conversation.closed'
          | 'contact.created'
          | 'contact.updated'
          | 'contact.opted_out'
          | 'template.status'
          | 'campaign.status'
          | 'account.status'
          | 'phone_number.quality'
          | 'webhook.disabled';
        /** @description Of events since then. */
        since?: string;
        /** @description Of events before then. */
        until?: string;
        /** @description Of events of this message. */
        messageId?: string;
      };
      header?: never;
      path: {
        id: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': {
            data: components['schemas']['DeliveryView'][];
            /** @description The cursor of the next page; null on the last. */
            nextCursor: string | null;
          };
        };
      };
    };
  };
  getDelivery: {
    parameters: {
      query?: never;
      header?: never;
      path: {
        id: string;
        deliveryId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryDetail'];
        };
      };
    };
  };
  retryDelivery: {
    parameters: {
      query?: never;
      header?: {
        /** @description At most 255 printable ASCII characters of your choice. The same key with the same body answers the first result again, byte for byte, with `Idempotency-Replayed: true`, for 24 hours: repeat a request as often as you need. */
        'Idempotency-Key'?: components['parameters']['IdempotencyKey'];
      };
      path: {
        id: string;
        deliveryId: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description Accepted, and not finished yet. */
      202: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['DeliveryDetail'];
        };
      };
    };
  };
  pollEvents: {
    parameters: {
      query?: {
        /** @description nextCursor of the previous read, exclusive; default: from the oldest event kept. `now`: an empty page at once, whose nextCursor is the end of the feed. */
        since?: string;
        /** @description Instead of since: backwards from this nextCursor, or from `now`, newest first. An empty page that returns the same cursor: there is nothing older. */
        before?: string;
        /** @description Only these types: repeat the parameter, or separate them by commas. */
        types?: (
          | 'message.received'
          | 'message.status'
          | 'message.echoed'
          | 'conversation.opened'
          | 'conversation.closed'
          | 'contact.created'
          | 'contact.updated'
          | 'contact.opted_out'
          | 'template.status'
          | 'campaign.status'
          | 'account.status'
          | 'phone_number.quality'
          | 'webhook.disabled'
        )[];
        /** @description How many to return (default 50). */
        limit?: number;
        /** @description Seconds to hold the request until something comes. */
        wait?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['EventPage'];
        };
      };
    };
  };
  whoAmI: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['MeView'];
        };
      };
    };
  };
  accountAndEntitlement: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      /** @description OK. */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          'application/json': components['schemas']['AccountView'];
        };
      };
    };
  };
}
