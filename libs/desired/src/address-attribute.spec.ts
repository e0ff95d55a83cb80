import { ATTRIBUTES } from '@isthmus/model';
import { instanceAddress } from './instance-address.js';

const located = (text: string): unknown => instanceAddress(new Map([['url', text]]), 'url');

describe('an addressAttribute', () => {
  it.each([
    ['10.0.0.1', { kind: 'ip', address: '10.0.0.1', port: undefined }],
    ['10.0.0.1:8080', { kind: 'ip', address: '10.0.0.1', port: 8080 }],
    ['2001:DB8::1', { kind: 'ip', address: '2001:db8::1', port: undefined }],
    ['[2001:db8::1]', { kind: 'ip', address: '2001:db8::1', port: undefined }],
    ['[2001:db8::1]:8080', { kind: 'ip', address: '2001:db8::1', port: 8080 }],
    ['Api.Example.com.', { kind: 'name', address: 'api.example.com', port: undefined }],
    ['api.example.com:443', { kind: 'name', address: 'api.example.com', port: 443 }],
    ['https://api.example.com', { kind: 'name', address: 'api.example.com', port: 443 }],
    ['http://10.0.0.1/health?x=1#y', { kind: 'ip', address: '10.0.0.1', port: 80 }],
    ['HTTPS://api.example.com:8443/v1', { kind: 'name', address: 'api.example.com', port: 8443 }],
    ['http://[2001:db8::1]:81/', { kind: 'ip', address: '2001:db8::1', port: 81 }],
    ['grpc://api.example.com', { kind: 'name', address: 'api.example.com', port: undefined }],
  ])('may hold %s', (text, expected) => {
    expect(located(text)).toEqual(expected);
  });

  it.each([
    ['arn:aws:lambda:us-east-1:111122223333:function:cart', 'address-arn'],
    ['s3://bucket/key', 'address-scheme'],
    ['unix:///run/x.sock', 'address-scheme'],
    ['constructor://api.example.com', 'address-scheme'],
    ['http://127.0.0.1:15000/quitquitquit', 'port-denied'],
    ['http://127.0.0.1/', 'address-denied'],
    ['http://[::1]/', 'address-denied'],
    ['http://169.254.169.254/latest', 'address-denied'],
    ['http://[::ffff:7f00:1]/', 'address-denied'],
    ['http://2130706433/', 'address-illegal'],
    ['http://0x7f.1/', 'address-illegal'],
    ['http://0177.0.0.1/', 'address-illegal'],
    ['http://user:secret@api.example.com/', 'address-illegal'],
    ['http://user@api.example.com/', 'address-illegal'],
    ['http:///path', 'address-illegal'],
    ['api.example.com/path', 'address-illegal'],
    ['api.example.com:99999', 'port-illegal'],
    ['api.example.com:80abc', 'port-illegal'],
    ['api.example.com:', 'port-illegal'],
    ['[10.0.0.1]:80', 'address-illegal'],
    ['[2001:db8::1', 'address-illegal'],
    ['2001:db8::1:99999', 'address-illegal'],
    ['fe80::1%eth0', 'address-denied'],
    ['api.example.com\nevil', 'address-illegal'],
    ['api example.com', 'address-illegal'],
    ['аpi.example.com', 'address-illegal'],
    ['localhost', 'address-illegal'],
    ['', 'address-illegal'],
  ])('may not hold %j: %s', (text, reason) => {
    expect(located(text)).toBe(reason);
  });

  it('goes before the reserved attributes, which stand in where an instance lacks it', () => {
    const reserved = new Map([[ATTRIBUTES.ipv4 as string, '10.0.0.1']]);
    expect(instanceAddress(reserved, 'url')).toMatchObject({ address: '10.0.0.1' });
    expect(instanceAddress(new Map([...reserved, ['url', '10.0.0.2:81']]), 'url')).toMatchObject({
      address: '10.0.0.2',
      port: 81,
    });
  });

  it('is not replaced by another address when its own may not be used', () => {
    const attributes = new Map([
      ['AWS_INSTANCE_IPV4', '10.0.0.1'],
      ['url', 'arn:aws:sqs:us-east-1:111122223333:q'],
    ]);
    expect(instanceAddress(attributes, 'url')).toBe('address-arn');
  });
});

describe('an instance without a usable address', () => {
  it('says that Cloud Map does not know the address of its EC2 instance', () => {
    expect(instanceAddress(new Map([['AWS_EC2_INSTANCE_ID', 'i-0123']]))).toBe('address-unresolved');
  });

  it('says that a reserved attribute holds an ARN', () => {
    expect(instanceAddress(new Map([['AWS_INSTANCE_CNAME', 'arn:aws:x']]))).toBe('address-arn');
  });
});
