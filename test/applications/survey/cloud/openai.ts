// openai@7.59.0 @anthropic-ai/sdk@1.14.0
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';

const settings = { apiKey: 'x', baseURL: 'http://127.0.0.1:1', maxRetries: 0 };
await new OpenAI(settings).models.list().catch((error) => console.log(error.constructor.name, error.message));
await new Anthropic(settings).models.list().catch((error) => console.log(error.constructor.name, error.message));
