import type { Readable } from 'node:stream';
import {
  createDefaultHttpClient,
  type HttpClient,
  type PipelineRequest,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { newPipeline, type Pipeline } from '@azure/storage-blob';
import { boundedText } from '../../shared/bounded.ts';
import { mostAnswerBytes } from '../errors.ts';

type Given = Parameters<typeof newPipeline>;

/** The SDK's way to Azure, but for what it takes of an answer: it would hold all of it, however much there is. */
export function boundedPipeline(credential: Given[0], options: NonNullable<Given[1]>): Pipeline {
  // The SDK's own name for the client of the pipeline; what it takes by its public option is one of an age before.
  return Object.assign(newPipeline(credential, options), { _coreHttpClient: boundedClient() });
}

/** An answer that says that all went well, and is none of Azure's: the SDK takes it, though nothing was done. */
export class NotAzure extends Error {
  override readonly name = 'NotAzure';
}

/** Of every answer of Azure. */
const ofAzure = 'x-ms-request-id';

/** Of what is read there is a body that tells. */
function isDone({ method }: PipelineRequest, { status }: PipelineResponse): boolean {
  return status < 300 && ['PUT', 'DELETE'].includes(method);
}

/** What is downloaded comes as it is: who reads it knows how much that is. */
function boundedClient(): HttpClient {
  const client = createDefaultHttpClient();
  return {
    async sendRequest(request) {
      const downloads = request.streamResponseStatusCodes;
      // That is any status.
      request.streamResponseStatusCodes = new Set([Number.POSITIVE_INFINITY]);
      const answer = await client.sendRequest(request);
      delete request.streamResponseStatusCodes;
      if (downloads !== undefined) request.streamResponseStatusCodes = downloads;
      const { readableStreamBody, ...response } = answer;
      if (isDone(request, answer) && !answer.headers.has(ofAzure)) {
        if (readableStreamBody !== undefined) (readableStreamBody as Readable).destroy();
        throw new NotAzure(`An answer without ${ofAzure}`);
      }
      if (readableStreamBody === undefined || downloads?.has(answer.status) === true) return answer;
      const chunks = readableStreamBody as AsyncIterable<Uint8Array>;
      return { ...response, bodyAsText: await boundedText(chunks, { mostBytes: mostAnswerBytes }) };
    },
  };
}
