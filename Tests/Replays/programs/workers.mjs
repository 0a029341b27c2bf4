// workers.mjs ADDRESS PORT SOCKETS URL: a web server whose pages wait for a URL, fetched by an
// agent with so many sockets and no timeout.
import http from 'node:http';

const [address, port, sockets, url] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: false, maxSockets: Number(sockets) });

http.createServer((request, response) => {
  http.get(url, { agent }, (answer) => {
    answer.resume();
    answer.on('end', () => response.end('page\n'));
  }).on('error', () => { response.statusCode = 502; response.end(); });
}).listen(Number(port), address);
