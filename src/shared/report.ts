/** What a stage tells while it works. `cli` alone decides how it looks; no event carries a secret. */
export type ReportEvent =
  /** One finished thing, one line. */
  | { readonly kind: 'step'; readonly text: string }
  | { readonly kind: 'warning'; readonly text: string }
  /** Bytes that really crossed the wire so far, of those that have to. `what` names the artifact. */
  | {
      readonly kind: 'progress';
      readonly what: string;
      readonly doneBytes: number;
      readonly totalBytes: number;
    }
  /** The replicas of the new release, whenever one of them moves on. */
  | {
      readonly kind: 'replicas';
      readonly ready: number;
      readonly wanted: number;
      /** What keeps them waiting, if something does. */
      readonly note?: string;
      readonly pods: readonly {
        readonly name: string;
        readonly node?: string;
        readonly state: string;
        /** What it does in that state, more closely. */
        readonly detail?: string;
      }[];
    };

export type Report = (event: ReportEvent) => void;
