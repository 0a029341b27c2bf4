// visits.mjs URL COUNT PAUSE_MS MODE [TLSVERSION]: https.get without a check of the certificate.
// MODE keep: one kept connection; offer: a connection each that offers the last session; never: a
// connection each without a session.
import https from 'node:https';

const [url, count, pause, mode, maxVersion] = process.argv.slice(2);
const agent = new https.Agent({
  keepAlive: mode === 'keep', maxCachedSessions: mode === 'never' ? 0 : 100,
  rejectUnauthorized: false, maxVersion: maxVersion ?? 'TLSv1.3',
});
for (let number = 0; number < Number(count); number += 1) {
  await new Promise((done, failed) => {
    https.get(url, { agent }, (response) => {
      response.resume();
      response.on('end', done);
    }).on('error', failed);
  });
  await new Promise((done) => setTimeout(done, Number(pause)));
}
agent.destroy();
