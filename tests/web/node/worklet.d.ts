// What an AudioWorkletGlobalScope has (Web Audio API), which TypeScript's own library leaves out.

declare const sampleRate: number;

declare abstract class AudioWorkletProcessor {
  readonly port: MessagePort;
  abstract process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean;
}

declare function registerProcessor(name: string, processor: new (options: any) => AudioWorkletProcessor): void;
