# shellcheck shell=bash
require_app
put_site
