// ethers@6.17.0
import { Wallet, keccak256 } from 'ethers';

console.log(keccak256('0x00'), new Wallet('0x' + '1'.repeat(64)).address);
