terraform {
  required_version = ">= 1.4" # the first with terraform_data

  required_providers {
    unpod = {
      source  = "unpod-ai/unpod"
      version = "~> 0.1"
    }
  }
}

# Exactly one configuration, or the plan stops here.
data "unpod_telephony_provider_configuration" "this" {
  provider_slug = var.provider_slug
  account_sid   = var.account_sid
}

# Connect Provider to Bridge, and its counterpart. Both read UNPOD_API_TOKEN and
# UNPOD_ORG_HANDLE from the environment, so that neither is in state.
#
# Do not add create_before_destroy: disconnecting goes by phone number, and would
# undo the new connection.
resource "terraform_data" "connection" {
  triggers_replace = [data.unpod_telephony_provider_configuration.this.id, var.phone_number, var.bridge_slug, var.base_url]

  # A destroy-time provisioner sees nothing but this.
  input = {
    bridge       = "${trimsuffix(var.base_url, "/")}/api/v2/platform/telephony/bridges/${var.bridge_slug}"
    phone_number = var.phone_number
  }

  provisioner "local-exec" {
    command = "sh ${path.module}/post.sh"
    environment = {
      URL = "${self.input.bridge}/connect-provider/"
      # jsonencode keeps the id a JSON number.
      BODY = jsonencode({
        provider_config_id = data.unpod_telephony_provider_configuration.this.id
        phone_number       = self.input.phone_number
      })
    }
  }

  provisioner "local-exec" {
    when    = destroy
    command = "sh ${path.module}/post.sh"
    environment = {
      URL  = "${self.input.bridge}/disconnect-provider/"
      BODY = jsonencode({ phone_number = self.input.phone_number })
    }
  }
}
