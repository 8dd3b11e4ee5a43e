exports.sum = (numbers) => numbers.reduce((one, other) => one + other, 0);
