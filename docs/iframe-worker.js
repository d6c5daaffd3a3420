// The search runs in a worker, which browsers refuse to pages that are opened as files. Here a hidden frame takes the
// worker's place, so that the search works in a folder, without a server and without a network. The theme looks for the
// name IFrameWorker in the page around its search script.
window.IFrameWorker = class extends EventTarget {
  constructor(address) {
    super()
    this.frame = document.createElement("iframe")
    this.frame.hidden = true
    document.documentElement.appendChild(this.frame)
    const inside = this.frame.contentWindow
    // what the script in the frame says goes to whoever holds this worker
    inside.postMessage = (data) => {
      const event = new MessageEvent("message", { data })
      this.dispatchEvent(event)
      if (this.onmessage) this.onmessage(event)
    }
    inside.importScripts = async (...names) => {
      for (const name of names) await this.load(new URL(name, address))
    }
    this.ready = this.load(new URL(address, document.baseURI))
  }

  // Load a script into the frame; the promise is kept once it has run.
  load(address) {
    return new Promise((done, failed) => {
      const script = this.frame.contentDocument.createElement("script")
      script.src = address
      script.onload = done
      script.onerror = failed
      this.frame.contentDocument.head.appendChild(script)
    })
  }

  // Messages that come before the script has run are delivered after it has, in their order.
  postMessage(data) {
    this.ready.then(() => {
      const event = new MessageEvent("message", { data })
      this.frame.contentWindow.dispatchEvent(event)
    })
  }

  terminate() {
    this.frame.remove()
  }
}

if (location.protocol === "file:") window.Worker = window.IFrameWorker
