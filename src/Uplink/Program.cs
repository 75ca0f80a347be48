// lightmq-uplink: carries messages between the local broker and the central.
return 0;
