// applicationinsights@3.17.0
import insights from 'applicationinsights';

console.log(typeof insights.setup, insights.DistributedTracingModes.AI);
process.exit();
