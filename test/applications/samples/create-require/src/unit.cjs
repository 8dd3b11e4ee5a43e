exports.unit = 'metres';
