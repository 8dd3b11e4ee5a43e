exports.db = { visits: 0 };
