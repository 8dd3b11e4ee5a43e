exports.users = ['Ada', 'Bob'];
