// @sentry/node@11.12.0
import * as Sentry from '@sentry/node';

Sentry.init({
  dsn: 'http://key@127.0.0.1:1/1',
  beforeSend: (event) => (console.log(event.exception?.values?.[0]?.value), null),
});
Sentry.captureException(new Error('told'));
await Sentry.close(500);
