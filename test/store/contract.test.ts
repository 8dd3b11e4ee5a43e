import { describe } from '@jest/globals';
import { memoryStore } from '../support/stores/memory-store.ts';
import { storeContract } from '../support/contracts/store-contract.ts';

describe('memoryStore', () => storeContract(async () => memoryStore()));
