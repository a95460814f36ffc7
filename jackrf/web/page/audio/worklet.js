// The audio thread of the browser: plays what the worker hands over, by a port of their own.

import { Output } from './output.js';

class Player extends AudioWorkletProcessor {
  /** @param {{processorOptions: {rate: number, margin: number}}} options */
  constructor(options) {
    super();
    const { rate, margin } = options.processorOptions;
    this.output = new Output(rate, sampleRate, margin, (doing) => this.port.postMessage(doing));
    this.port.onmessage = (event) => {
      /** @type {MessagePort | undefined} */
      const port = event.data.port;
      if (port) port.onmessage = (said) => this.output.hear(said.data);
      else this.output.hear(event.data);
    };
  }

  /**
   * @param {Float32Array[][]} _
   * @param {Float32Array[][]} outputs
   */
  process(_, outputs) {
    this.output.play(outputs[0][0], outputs[0][1]);
    return true;
  }
}

registerProcessor('jackrf-player', Player);
