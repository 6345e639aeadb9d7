#!/usr/bin/env bash
# Zeppelin's server starts an interpreter's process with this script, which its distribution has and Maven Central has not:
# -d folder of the interpreter, -c and -p host and port of the server, -r ports to listen on, -i id of the group, -l folder
# of the setting's dependencies. Properties of the setting in capitals are in the environment.
set -euo pipefail
while getopts 'd:c:p:r:i:l:g:u:v' option; do
    case $option in
        d) folder=$OPTARG ;;
        c) host=$OPTARG ;;
        p) port=$OPTARG ;;
        r) ports=$OPTARG ;;
        i) group=$OPTARG ;;
        l) dependencies=$OPTARG ;;
        *) ;;
    esac
done
java=java
[[ -z ${JAVA_HOME:-} ]] || java=$JAVA_HOME/bin/java
# shellcheck disable=SC2086 # options are meant to be split
exec "$java" ${ZEPPELIN_INTP_MEM:-} ${ZEPPELIN_INTP_JAVA_OPTS:-} -cp "$ZEPPELIN_HOME/conf:$folder/*:$dependencies/*" \
    org.apache.zeppelin.interpreter.remote.RemoteInterpreterServer "$host" "$port" "$group" "$ports" \
    >>"$ZEPPELIN_HOME/logs/$(basename "$folder").log" 2>&1
