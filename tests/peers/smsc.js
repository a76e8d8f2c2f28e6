'use strict';
// An SMSC made of npm's smpp. Told how to behave by a JSON object in its first argument, and by JSON lines on its standard input; tells what happens in JSON lines.
// Its first line is {"port":N}. It ends when its standard input ends, so that it never outlives the test.
//
// receipts:      "text", "tlv", "none"                   receiptsFirst: receipt before the response
// responseIds, receiptIds: "hex", "dec", "text"          ids in responses and receipts
// throttleShare, queueFullShare, silentShare: 0 to 1     by chance (seeded)
// limitPerSecond: N                                      more than N in a second of the clock: 0x58
// refuse: {"393330000001": 11}                           status for a destination
// dropEvery, hold, drops: N                              after each N submits: leaves the next `hold` unanswered, then cuts the link; `drops` times
// delayMs: N                                             before each response
// bindStatus, bindRefusals: N                            refuses the first binds
// bindsMax: N                                            more at a time are refused (0x0d)
// refuseBind: "bind_receiver"                            refuses this kind of bind (0x0e)
// inbound: N                                             sends N messages from a subscriber to each receiver
// echo: true                                             tells every submit
// repeatMs: N                                            a receipt, or a message from a subscriber, that was put back comes again after N ms
// receiptState, receiptError: 2, "000"                   what receipts say (message_state's number, err)
// bindHas: "outbind"                                     an outbind before each bind's response
// nackEnquiries: true                                    answers enquire_link with a generic_nack
// tls: {key, cert}                                       files in PEM
const fs = require('fs');
const smpp = require('smpp');
smpp.PDU.maxLength = 65536; // its own limit of 16 KiB is less than message_payload may have
const decode = smpp.filters.message.decode;
smpp.filters.message.decode = function (value, skipUdh) { // keeps the bytes beside what it makes of them
  if (Buffer.isBuffer(value) && value.length) this.hex = value.toString('hex');
  return decode.call(this, value, skipUdh);
};
const o = Object.assign({
  receipts: 'text', receiptsFirst: false, responseIds: 'dec', receiptIds: 'dec', throttleShare: 0, queueFullShare: 0, silentShare: 0, limitPerSecond: 0,
  refuse: {}, dropEvery: 0, hold: 5, drops: 0, delayMs: 0, bindStatus: 0, bindRefusals: 0, inbound: 0, echo: false, repeatMs: 20, seed: 1,
  receiptState: 2, receiptError: '000', bindHas: '', bindsMax: 0, refuseBind: '', nackEnquiries: false, tls: null,
}, JSON.parse(process.argv[2] || '{}'));

const stats = {
  binds: 0, bindsRefused: 0, submits: 0, accepted: 0, different: 0, throttled: 0, silent: 0, dropped: 0, receipts: 0, receiptsAcked: 0, receiptsPutBack: 0,
  inbound: 0, inboundAcked: 0, inboundPutBack: 0, inboundRefused: 0, enquiries: 0, enquiriesAnswered: 0, nacks: 0, unbinds: 0, sessions: 0,
};
const seen = new Set();
const receivers = [];
const waiting = []; // receipts without a receiver to go to
const parts = new Map();
let lastId = 0x0a00000;
let second = 0;
let inSecond = 0;
let random = o.seed >>> 0;

function chance(share) {
  if (!share) return false;
  random = (random + 0x6d2b79f5) >>> 0;
  let t = random;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296 < share;
}

function tell(line) {
  process.stdout.write(JSON.stringify(line) + '\n');
}

function form(id, kind) {
  return kind === 'hex' ? id.toString(16).toUpperCase().padStart(10, '0') : kind === 'text' ? 'Msg-' + id : String(id);
}

function statusOf(pdu) {
  if (o.refuse[pdu.destination_addr]) return o.refuse[pdu.destination_addr];
  if (chance(o.throttleShare)) return 0x58;
  if (chance(o.queueFullShare)) return 0x14;
  if (o.limitPerSecond) {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) [second, inSecond] = [now, 0];
    if (++inSecond > o.limitPerSecond) return 0x58;
  }
  return 0;
}

function accept(pdu) {
  stats.accepted++;
  const payload = pdu.message_payload && (pdu.message_payload.message || pdu.message_payload);
  const text = payload || pdu.short_message.message;
  seen.add(pdu.destination_addr + ' ' + text);
  stats.different = seen.size;
  const udh = pdu.short_message.udh;
  if (o.echo) {
    tell({
      submit: {
        from: pdu.source_addr, fromTon: pdu.source_addr_ton, fromNpi: pdu.source_addr_npi, to: pdu.destination_addr, toTon: pdu.dest_addr_ton, toNpi: pdu.dest_addr_npi,
        esm: pdu.esm_class, coding: pdu.data_coding, registered: pdu.registered_delivery, text, udh: udh ? Buffer.concat(udh).toString('hex') : null, payload: !!payload, hex: pdu.hex,
        sar: pdu.sar_msg_ref_num === undefined ? null : [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum],
        validSeconds: pdu.validity_period ? Math.round((new Date(pdu.validity_period) - Date.now()) / 1000) : 0,
      },
    });
  }
  let reference, total, number;
  if (udh && udh[0][0] === 0) [, , reference, total, number] = udh[0];
  else if (udh && udh[0][0] === 8) [reference, total, number] = [udh[0].readUInt16BE(2), udh[0][4], udh[0][5]];
  else if (pdu.sar_msg_ref_num !== undefined) [reference, total, number] = [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum];
  else return;
  const key = pdu.destination_addr + ' ' + reference;
  const message = parts.get(key) || { total, texts: [] };
  parts.set(key, message);
  message.texts[number - 1] = text;
  if (message.texts.filter((t) => t !== undefined).length === total) {
    parts.delete(key);
    tell({ message: { to: pdu.destination_addr, total, text: message.texts.join('') } });
  }
}

function deliver(receipt) {
  const session = receivers[stats.receipts % Math.max(receivers.length, 1)];
  if (!session) {
    waiting.push(receipt);
    return;
  }
  stats.receipts++;
  session.undelivered.add(receipt);
  session.deliver_sm({ ...receipt }, (answer) => {
    session.undelivered.delete(receipt);
    if (answer.command_status === 0) {
      stats.receiptsAcked++;
    } else {
      stats.receiptsPutBack++;
      setTimeout(() => deliver(receipt), o.repeatMs);
    }
  });
}

const STATES = ['', 'ENROUTE', 'DELIVRD', 'EXPIRED', 'DELETED', 'UNDELIV', 'ACCEPTD', 'UNKNOWN', 'REJECTD'];

// A message from a subscriber. {"hex":"…"} stands for bytes, also as "udh".
function bytes(value) {
  if (value && value.hex !== undefined) return Buffer.from(value.hex, 'hex');
  if (value && value.udh) return { udh: Buffer.from(value.udh, 'hex'), message: bytes(value.message) };
  return value;
}

function send(session, command, fields, tag) {
  const pdu = { ...fields };
  for (const field of ['short_message', 'message_payload', 'network_error_code']) if (pdu[field] !== undefined) pdu[field] = bytes(pdu[field]);
  stats.inbound++;
  session[command](pdu, (answer) => {
    tell({ inboundAnswer: { status: answer.command_status, command: answer.command, tag } });
    if (answer.command_status === 0) {
      stats.inboundAcked++;
    } else if (answer.command_status === 0x64 || answer.command_status === 0x14) {
      stats.inboundPutBack++;
      setTimeout(() => { const to = receivers[0]; if (to) send(to, command, fields, tag); }, o.repeatMs);
    } else {
      stats.inboundRefused++;
    }
  });
}

function receiptFor(pdu, id) {
  const receipt = { source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, esm_class: 4, data_coding: 0 };
  if (o.receipts === 'tlv') {
    receipt.receipted_message_id = form(id, o.receiptIds);
    receipt.message_state = o.receiptState;
    receipt.short_message = '';
  } else {
    receipt.short_message = `id:${form(id, o.receiptIds)} sub:001 dlvrd:001 submit date:2611240900 done date:2611240901 stat:${STATES[o.receiptState]} err:${o.receiptError} text:${String(pdu.short_message.message).slice(0, 20)}`;
  }
  return receipt;
}

function onSubmit(session, pdu) {
  if (session.gone) return; // was read before the cut, did not arrive
  stats.submits++;
  if (o.dropEvery && stats.dropped < o.drops && stats.submits % o.dropEvery === 0) session.holding = 0;
  if (session.holding !== undefined) {
    accept(pdu); // it arrived; its sender will not know
    if (++session.holding >= o.hold) {
      stats.dropped++;
      session.gone = true;
      session.destroy();
    }
    return;
  }
  const status = statusOf(pdu);
  if (status) {
    if (status === 0x58 || status === 0x14) stats.throttled++;
    session.send(pdu.response({ command_status: status }));
    return;
  }
  accept(pdu);
  if (chance(o.silentShare)) {
    stats.silent++;
    return;
  }
  const id = ++lastId;
  const respond = () => session.send(pdu.response({ message_id: form(id, o.responseIds) }));
  const receipt = () => { if (o.receipts !== 'none' && pdu.registered_delivery) deliver(receiptFor(pdu, id)); };
  if (o.receiptsFirst) {
    receipt();
    setTimeout(respond, 2);
  } else if (o.delayMs) {
    setTimeout(() => { respond(); receipt(); }, o.delayMs);
  } else {
    respond();
    receipt();
  }
}

const server = smpp.createServer(o.tls ? { key: fs.readFileSync(o.tls.key), cert: fs.readFileSync(o.tls.cert) } : {}, (session) => {
  stats.sessions++;
  session.undelivered = new Set();
  session.on('error', () => session.destroy());
  session.on('close', () => {
    const at = receivers.indexOf(session);
    if (at >= 0) receivers.splice(at, 1);
    for (const receipt of session.undelivered) deliver(receipt);
  });
  for (const kind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
    session.on(kind, (pdu) => {
      if (o.bindsMax && [...server.sessions].filter((s) => s.isBound).length >= o.bindsMax) {
        tell({ boundTooOften: true });
        session.send(pdu.response({ command_status: 0x0d }));
        return;
      }
      if (o.refuseBind === kind || o.bindStatus && stats.bindsRefused < o.bindRefusals) {
        stats.bindsRefused++;
        tell({ bindRefused: stats.bindsRefused });
        session.send(pdu.response({ command_status: o.bindStatus || 0x0e }));
        return;
      }
      stats.binds++;
      session.isBound = true;
      if (o.bindHas === 'outbind') session.outbind({ system_id: 'peer', password: 'x' });
      session.send(pdu.response({ system_id: 'peer' }));
      tell({ bound: kind, systemId: pdu.system_id, password: pdu.password, systemType: pdu.system_type, version: pdu.interface_version, range: [pdu.addr_ton, pdu.addr_npi, pdu.address_range] });
      if (kind === 'bind_transmitter') return;
      receivers.push(session);
      for (const receipt of waiting.splice(0)) deliver(receipt);
      for (let i = 0; i < o.inbound; i++) {
        send(session, 'deliver_sm', { source_addr_ton: 1, source_addr_npi: 1, source_addr: '393331234567', destination_addr: '4499', short_message: 'hello ' + i });
      }
    });
  }
  session.on('submit_sm', (pdu) => onSubmit(session, pdu));
  session.on('enquire_link', (pdu) => {
    stats.enquiries++;
    if (o.nackEnquiries) return session.send(new smpp.PDU('generic_nack', { sequence_number: pdu.sequence_number, command_status: 3 }));
    session.send(pdu.response());
  });
  session.on('generic_nack', () => stats.nacks++);
  session.on('unbind', (pdu) => {
    stats.unbinds++;
    session.send(pdu.response());
    session.close();
  });
});
server.on('tlsClientError', () => {});
server.listen(0, '127.0.0.1', () => tell({ port: server.address().port }));

// {"do":"send","command":"deliver_sm","pdu":{…},"to":N,"tag":…} sends to one receiver, if there is any; its answer shows the tag · {"do":"alert"} an alert_notification and an outbind to all ·
// {"do":"stats"} · {"do":"enquire"} asks all receivers · {"do":"unbind"} · {"do":"cut"} cuts all links · {"do":"raw","hex":"…"} writes bytes to all · {"set":{…}} changes options
let input = '';
process.stdin.on('data', (chunk) => {
  input += chunk;
  let end;
  while ((end = input.indexOf('\n')) >= 0) {
    const line = JSON.parse(input.slice(0, end));
    input = input.slice(end + 1);
    if (line.set) Object.assign(o, line.set);
    if (line.do === 'stats') tell({ stats });
    if (line.do === 'enquire') for (const s of receivers) s.enquire_link(() => { stats.enquiriesAnswered++; tell({ alive: true }); });
    if (line.do === 'unbind') for (const s of receivers) s.unbind();
    if (line.do === 'cut') for (const s of [...server.sessions]) s.destroy();
    if (line.do === 'send' && receivers.length) send(receivers[line.to ? line.to % receivers.length : 0], line.command, line.pdu, line.tag);
    if (line.do === 'alert') for (const s of receivers) { s.alert_notification({ source_addr: '393331234567', esme_addr: '4499' }); s.outbind({ system_id: 'peer', password: 'x' }); }
    if (line.do === 'raw') for (const s of receivers) s.socket.write(Buffer.from(line.hex, 'hex'));
  }
});
process.stdin.on('end', () => process.exit(0));
