#!/usr/bin/env bash
# Takes the asset pipeline and the views out of the app in the current folder.
set -euo pipefail

rm -r app/assets app/views config/initializers/assets.rb
sed -i -e '/action_view/d' -e 's/^    config.load_defaults .*/&\n    config.api_only = true/' config/application.rb
