/** One SDK client that set-up builds. */
export interface Sdk {
  readonly name: string;
  readonly needs: readonly string[];
  readonly artefact: string;
  readonly builtFrom?: readonly string[];
  readonly coldSeconds: number;
}

export declare const sdks: readonly Sdk[];
