/** SQL: adds the messages of `excluded` to the inbox row `c`: last message, unread count and service window. */
export const ADD_MESSAGES = `last_message_at = greatest(c.last_message_at, excluded.last_message_at),
             last_message_preview = case when c.last_message_at <= excluded.last_message_at
               then excluded.last_message_preview else c.last_message_preview end,
             unread_count = c.unread_count + excluded.unread_count,
             window_expires_at = greatest(c.window_expires_at, excluded.window_expires_at)`;
