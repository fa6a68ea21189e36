// Two pages with nothing but an RTCPeerConnection each, whose signals this process carries: what a
// browser makes of a pair of networks when signalling costs nothing.

const ICE_WITHIN = 30_000;

/** Runs in the page. */
function setUp() {
  window.begin = (iceServers) => {
    window.early = [];
    const connection = new RTCPeerConnection({ iceServers });
    window.connection = connection;
    connection.onicecandidate = ({ candidate }) => candidate && window.signal({ candidate: candidate.toJSON() });
    window.opened = new Promise((resolve) => {
      const wait = (channel) => {
        const done = () => resolve(performance.timeOrigin + performance.now());
        if (channel.readyState === 'open') done();
        else channel.onopen = done;
      };
      window.wait = wait;
      connection.ondatachannel = ({ channel }) => wait(channel);
    });
  };
  window.offer = async () => {
    const started = performance.timeOrigin + performance.now();
    window.wait(window.connection.createDataChannel('bare'));
    const offer = await window.connection.createOffer();
    await window.connection.setLocalDescription(offer);
    window.signal({ offer: offer.sdp });
    return started;
  };
  window.take = async ({ candidate, offer, answer }) => {
    const { connection } = window;
    if (candidate) {
      if (connection.remoteDescription) await connection.addIceCandidate(candidate);
      else window.early.push(candidate);
      return;
    }
    await connection.setRemoteDescription({ type: offer ? 'offer' : 'answer', sdp: offer ?? answer });
    for (const early of window.early.splice(0)) await connection.addIceCandidate(early);
    if (offer) {
      const made = await connection.createAnswer();
      await connection.setLocalDescription(made);
      window.signal({ answer: made.sdp });
    }
  };
  window.path = async () => {
    const stats = [...(await window.connection.getStats()).values()];
    const transport = stats.find((entry) => entry.type === 'transport');
    const pair = stats.find((entry) => entry.id === transport?.selectedCandidatePairId);
    const kinds = [pair?.localCandidateId, pair?.remoteCandidateId].map((id) => stats.find((entry) => entry.id === id)?.candidateType);
    return kinds.includes('relay') ? 'relay' : 'direct';
  };
}

export class Bare {
  #context;
  page;
  to;

  static async open(browser) {
    const bare = new Bare();
    bare.#context = await browser.newContext({ ignoreHTTPSErrors: true });
    bare.page = await bare.#context.newPage();
    // In order: a candidate must not overtake the description it belongs to.
    let sending = Promise.resolve();
    await bare.page.exposeFunction('signal', (message) => {
      sending = sending.then(() => bare.to.page.evaluate((value) => window.take(value), message)).catch(() => {});
    });
    await bare.page.addInitScript(setUp);
    await bare.page.goto('about:blank');
    await bare.page.evaluate(setUp);
    return bare;
  }

  async close() {
    await this.#context.close().catch(() => {});
  }
}

/**
 * Connects two browsers' pages once; gives how long it took from before the offer until the channel
 * was open on both sides, and which way it goes, or `undefined` when it did not open.
 */
export async function connectBare([one, oneServers], [two, twoServers], { within = ICE_WITHIN } = {}) {
  const pages = await Promise.all([Bare.open(one), Bare.open(two)]);
  const [a, b] = pages;
  [a.to, b.to] = [b, a];
  let timer;
  try {
    await Promise.all([a.page.evaluate((list) => window.begin(list), oneServers), b.page.evaluate((list) => window.begin(list), twoServers)]);
    const started = await a.page.evaluate(() => window.offer());
    const late = new Promise((resolve) => (timer = setTimeout(resolve, within)));
    const opened = await Promise.race([Promise.all(pages.map(({ page }) => page.evaluate(() => window.opened))), late]);
    return opened && { ms: Math.max(...opened) - started, via: await a.page.evaluate(() => window.path()) };
  } finally {
    clearTimeout(timer);
    await Promise.all(pages.map((page) => page.close()));
  }
}
