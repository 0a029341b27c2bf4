// site.mjs ADDRESS PORT [KEY CERT [TLSVERSION]]: a web server of node's own http or https.
// /wait/MS answers late, /drip/MS sends 20 pieces MS apart, all else answers at once.
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { constants } from 'node:crypto';

const [address, port, key, cert, version] = process.argv.slice(2);

function answer(request, response) {
  const [, verb, value] = request.url.split('/');
  if (verb === 'wait') {
    setTimeout(() => response.end('late\n'), Number(value));
  } else if (verb === 'drip') {
    let left = 20;
    const timer = setInterval(() => {
      response.write('0123456789abcdef');
      left -= 1;
      if (left === 0) { clearInterval(timer); response.end(); }
    }, Number(value));
    response.on('close', () => clearInterval(timer));
  } else {
    response.end('ok\n');
  }
}

const secure = key && {
  key: fs.readFileSync(key), cert: fs.readFileSync(cert), maxVersion: version ?? 'TLSv1.3',
  // An older version is asked for by the scenarios without tickets only.
  secureOptions: version ? constants.SSL_OP_NO_TICKET : 0,
};
const server = key ? https.createServer(secure, answer) : http.createServer(answer);
// A client that has sent its FIN still gets its answer, as from most servers.
server.httpAllowHalfOpen = true;
server.listen(Number(port), address);
