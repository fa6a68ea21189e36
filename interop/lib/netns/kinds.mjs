// What stands between a device and the internet: the rules of each kind of router, for nftables.
//
// Linux keeps a UDP port when it translates, so one mapping serves every destination; who may send
// to it from outside is what tells the first three kinds apart. `random` takes a port anew for each
// destination, which is what a symmetric NAT does. Dropping what comes unasked before its flow is
// confirmed keeps the choice of port for a later packet outwards, as a home router does.

const IN = 'ct state established,related accept';
const OWN = `chain input { type filter hook input priority 0; policy drop; ${IN}; iifname "lan" accept; meta l4proto ipv6-icmp accept; }`;

function nat({ forward = '', out = 'masquerade', sets = '', inwards = '' } = {}) {
  return `table inet nat {
    ${sets}
    ${OWN}
    ${inwards && `chain inwards { type nat hook prerouting priority -100; ${inwards}; }`}
    chain forward { type filter hook forward priority 0; policy drop; ${forward && `${forward};`} ${IN}; iifname "lan" accept; }
    chain out { type nat hook postrouting priority 100; oifname "wan" ${out}; }
  }`;
}

/** Lets datagrams from outside in when their `key` is among what the device has sent, which is kept for five minutes. */
const remembering = (type, sent, key) => (device) =>
  nat({
    sets: `set sent { type ${type}; flags dynamic,timeout; timeout 5m; size 4096; }`,
    inwards: `iifname "wan" meta l4proto udp ${key} @sent dnat ip to ${device}`,
    forward: `iifname "lan" meta l4proto udp update @sent { ${sent} }; ct status dnat accept`,
  });

const portRestricted = () => nat();

/**
 * Kinds by name. `rules(device)` gives the rules of the device's router; `carrier` those of a
 * second router beyond it; `v6` has addresses of version 6 alone and nothing translated.
 */
export const KINDS = {
  'full cone': { rules: remembering('inet_service', 'udp sport', 'udp dport') },
  'address restricted': { rules: remembering('ipv4_addr . inet_service', 'ip daddr . udp sport', 'ip saddr . udp dport') },
  'port restricted': { rules: portRestricted },
  symmetric: { rules: () => nat({ out: 'masquerade random,fully-random' }) },
  'carrier NAT': { rules: portRestricted, carrier: portRestricted },
  'UDP blocked': { rules: () => nat({ forward: 'iifname "lan" meta l4proto udp drop' }) },
  'only TCP 443': { rules: () => nat({ forward: 'iifname "lan" meta l4proto != tcp drop; iifname "lan" tcp dport != 443 drop' }) },
  'IPv6 only': {
    v6: true,
    rules: () => `table inet nat {
      ${OWN}
      chain forward { type filter hook forward priority 0; policy drop; ${IN}; iifname "lan" accept; }
    }`,
  },
};

/** A port-restricted NAT that lets UDP through to one address alone. */
export const udpOnlyTo = (address) => nat({ forward: `iifname "lan" meta l4proto udp ip daddr != ${address} drop` });
