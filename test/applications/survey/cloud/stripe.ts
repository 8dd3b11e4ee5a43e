// stripe@23.1.0
import Stripe from 'stripe';

const stripe = new Stripe('sk_test_x', { host: '127.0.0.1', port: 1, protocol: 'http', maxNetworkRetries: 0 });
await stripe.customers.list().catch((error) => console.log(error.type));
