import { type Digest, short } from '../../../shared/digest.ts';
import type { Comparison, EvidenceKind } from '../../evidence.ts';

export function sameAsWanted(evidence: EvidenceKind, object: string): Comparison {
  return { evidence, object, result: 'same' };
}

export function differs(evidence: EvidenceKind, object: string, reason: string): Comparison {
  return { evidence, object, result: 'differs', reason };
}

export function notProven(evidence: EvidenceKind, object: string, reason: string): Comparison {
  return { evidence, object, result: 'not-proven', reason };
}

/** Of what this account may not see. */
export function unseen(evidence: EvidenceKind, object: string, right: string): Comparison {
  return notProven(evidence, object, `this account may not ${right}`);
}

/** Of what another executable deployed, perhaps one of an earlier selfsame: how that would make it is not known here. */
export function ofOtherRelease(evidence: EvidenceKind, object: string, release: Digest): Comparison {
  return notProven(
    evidence,
    object,
    `it is of release ${short(release)}, which only the executable of that can compare`,
  );
}
