// firebase-admin@14.5.1
import { generateKeyPairSync } from 'node:crypto';
import { cert, initializeApp } from 'firebase-admin/app';
import { getAuth } from 'firebase-admin/auth';
import { getFirestore } from 'firebase-admin/firestore';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const app = initializeApp({ credential: cert({ projectId: 'x', clientEmail: 'a@b.c', privateKey }) });
console.log((await getAuth(app).createCustomToken('me')).split('.').length, getFirestore(app).doc('a/b').path);
