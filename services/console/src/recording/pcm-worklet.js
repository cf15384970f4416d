/* Runs beside the page, where nothing it does can make the recording stutter. Chromium records to WebM alone, which
   is not taken, and other browsers each to something else: samples are the same everywhere. */
class Pcm extends AudioWorkletProcessor {
  process([input]) {
    const samples = input?.[0]
    if (samples) this.port.postMessage(samples.slice())
    return true
  }
}
registerProcessor('pcm', Pcm)
